//! A table among the facts, as CEL sees it: looked at where it lies, member by member, instead of being built anew.
//!
//! Loops over lists of tables hand each of them on several times, which copies nothing but a reference this way. CEL's
//! own tables do not know how to compare themselves with these, so [`plain`] builds such a one wherever the other
//! operand decides.

use super::budget;
use super::value;
use cel::ExecutionError;
use cel::common::traits::{Container, Indexer, Iterable, Iterator as CelIterator, Sizer, Zeroer};
use cel::common::types::{CelInt, CelList, CelMap, CelMapKey, CelString, Kind, MAP_TYPE, Type};
use cel::common::value::{CowVal, Val};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// A table that was paid for and holds nothing unread.
#[derive(Debug)]
pub(super) struct Row<'v> {
    members: &'v Map<String, Value>,
    /// Names as CEL values, for who walks over them.
    names: OnceLock<Vec<CelString<'v>>>,
}

impl<'v> Row<'v> {
    pub(super) fn of(members: &'v Map<String, Value>) -> Self {
        Self {
            members,
            names: OnceLock::new(),
        }
    }

    fn names(&self) -> &[CelString<'v>] {
        self.names
            .get_or_init(|| self.members.keys().map(|name| CelString::from(name.as_str())).collect())
    }

    fn member(&self, name: &dyn Val) -> Option<&'v Value> {
        self.members.get(name.downcast_ref::<CelString<'_>>()?.inner())
    }
}

impl Val for Row<'_> {
    fn get_type(&self) -> &Type {
        Self::cel_type()
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_iterable<'b, 'w>(&'b self) -> Option<&'b (dyn Iterable + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn as_zeroer(&self) -> Option<&dyn Zeroer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        let (Some(theirs), Some(size)) = (other.as_indexer(), other.as_sizer()) else {
            return false;
        };
        let same = |(name, member): (&String, &Value)| {
            let other = theirs.get(&CelString::from(name.as_str()));
            other.is_ok_and(|other| value::lend(member).equals(other.as_ref()))
        };
        other.get_type().kind() == Kind::Map && size.size() == self.size() && self.members.iter().all(same)
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(Self::of(self.members))
    }
}

impl Container for Row<'_> {
    fn contains(&self, name: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.member(name).is_some())
    }
}

impl Indexer for Row<'_> {
    fn get<'b, 'w>(&'b self, name: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        let text = || name.downcast_ref::<CelString<'_>>().map_or("", |text| text.inner());
        match self.member(name) {
            Some(member) => Ok(CowVal::Owned(value::lend(member))),
            None => Err(ExecutionError::NoSuchKey(Arc::new(text().to_owned()))),
        }
    }

    fn steal<'w>(self: Box<Self>, name: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.get(name).map(CowVal::into_owned)
    }
}

impl Iterable for Row<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn CelIterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        Box::new(Names(self.names().iter()))
    }
}

impl Sizer for Row<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.members.len()).unwrap_or(i64::MAX))
    }
}

impl Zeroer for Row<'_> {
    fn is_zero_value(&self) -> bool {
        self.members.is_empty()
    }
}

struct Names<'b, 'v>(std::slice::Iter<'b, CelString<'v>>);

impl<'b, 'v: 'w, 'w> CelIterator<'b, 'w> for Names<'b, 'v> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'w)> {
        self.0.next().map(|name| name as &(dyn Val + 'w))
    }
}

/// Whether a value is a table that CEL did not build.
pub(super) fn is_row(value: &dyn Val) -> bool {
    value.get_type().kind() == Kind::Map && value.downcast_ref::<CelMap<'_>>().is_none()
}

/// The members of a row, each paid for as it comes; an error where the budget does not suffice.
pub(super) fn members<'b, 'v>(row: &'b (dyn Val + 'v)) -> Result<Vec<(&'b str, CowVal<'b, 'v>)>, ExecutionError> {
    let mut members = Vec::new();
    let (Some(names), Some(indexer)) = (row.as_iterable(), row.as_indexer()) else {
        return Ok(members);
    };
    let mut names = names.iter();
    while let Some(name) = names.next() {
        let member = indexer.get(name)?;
        let text = name.downcast_ref::<CelString<'_>>().map_or("", |text| text.inner());
        if !budget::pay(budget::of_text(text).saturating_add(budget::of_value(member.as_ref()))) {
            return Err(budget::used_up());
        }
        members.push((text, member));
    }
    Ok(members)
}

/// The same value with CEL's own tables in the place of rows.
pub(super) fn plain<'b, 'v>(value: CowVal<'b, 'v>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    if holds_row(value.as_ref()) {
        built(value.as_ref()).map(CowVal::Owned)
    } else {
        Ok(value)
    }
}

fn holds_row(value: &dyn Val) -> bool {
    if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        return list.inner().iter().any(|item| holds_row(item.as_ref()));
    }
    if let Some(map) = value.downcast_ref::<CelMap<'_>>() {
        return map.inner().values().any(|member| holds_row(member.as_ref()));
    }
    is_row(value)
}

fn built<'v>(value: &(dyn Val + 'v)) -> Result<Box<dyn Val + 'v>, ExecutionError> {
    if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        let items = list.inner().iter().map(|item| built(item.as_ref()));
        return Ok(Box::new(CelList::from(items.collect::<Result<Vec<_>, _>>()?)));
    }
    let mut map: HashMap<CelMapKey<'v>, Box<dyn Val + 'v>> = HashMap::new();
    if let Some(members) = value.downcast_ref::<CelMap<'_>>() {
        #[expect(
            clippy::iter_over_hash_type,
            reason = "goes into another table, which has no order either"
        )]
        for (name, member) in members.inner() {
            map.insert(name.clone(), built(member.as_ref())?);
        }
    } else if is_row(value) {
        for (name, member) in members(value)? {
            map.insert(CelMapKey::from(name.to_owned()), built(member.as_ref())?);
        }
    } else {
        return Ok(value.clone_as_boxed());
    }
    Ok(Box::new(CelMap::from(map)))
}
