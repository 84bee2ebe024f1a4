//! Wildcard matching on bytes: `*` for any run of characters, `?` for exactly one.
//!
//! A compiled glob writes its wildcards as bytes that UTF-8 never uses, so that a literal `*` (the policy variable
//! `${*}`) and a wildcard cannot be confused. Matching never backtracks past the last star, so that no pattern is
//! exponential; the cost is bounded by the product of both lengths, and the parser bounds the lengths.

/// Any run of characters, the empty one included.
pub(super) const STAR: u8 = 0xFF;
/// Exactly one character.
pub(super) const ANY: u8 = 0xFE;
/// The place of a policy variable.
pub(super) const HOLE: u8 = 0xFD;

/// Does `glob` match the whole of `text`? With `fold`, ASCII case does not count.
pub(super) fn matches(glob: &[u8], text: &[u8], fold: bool) -> bool {
    let (mut g, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (glob.get(g), text.get(t)) {
            (Some(&STAR), _) => {
                g += 1;
                if g == glob.len() {
                    return true;
                }
                retry = Some((g, t));
                continue;
            }
            (Some(&ANY), Some(&byte)) => {
                g += 1;
                t += width(byte);
                continue;
            }
            (Some(&want), Some(&have)) if want == have || (fold && want.eq_ignore_ascii_case(&have)) => {
                g += 1;
                t += 1;
                continue;
            }
            (None, None) => return true,
            // The text is used up and the glob wants more: a later start would leave even less.
            (Some(_), None) => return false,
            _ => {}
        }
        let Some((after_star, from)) = retry else { return false };
        let Some(&byte) = text.get(from) else { return false };
        let next = from + width(byte);
        retry = Some((after_star, next));
        (g, t) = (after_star, next);
    }
}

/// How many bytes the UTF-8 character takes that starts with `byte`.
fn width(byte: u8) -> usize {
    match byte {
        0..=0xBF => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}

/// One symbol of a glob, for questions between two globs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Symbol {
    Char(char),
    Any,
    Star,
    Hole,
    /// Any run of characters without a colon; only templates of ARNs have it.
    Part,
    /// One character that is no colon; only templates of ARNs have it.
    Solid,
}

/// The symbols of a glob, with every run of wildcards in the order "`?` first, one `*` last".
fn symbols(glob: &[u8], fold: bool) -> Vec<Symbol> {
    let mut out = Vec::with_capacity(glob.len());
    for part in glob.split_inclusive(|byte| *byte >= HOLE) {
        let (text, last) = match part.split_last() {
            Some((last, text)) if *last >= HOLE => (text, Some(*last)),
            _ => (part, None),
        };
        for char in String::from_utf8_lossy(text).chars() {
            out.push(Symbol::Char(if fold { char.to_ascii_lowercase() } else { char }));
        }
        match last {
            Some(STAR) if out.last() != Some(&Symbol::Star) => out.push(Symbol::Star),
            Some(ANY) if out.last() == Some(&Symbol::Star) => {
                let end = out.len() - 1;
                out.insert(end, Symbol::Any);
            }
            Some(ANY) => out.push(Symbol::Any),
            Some(HOLE) => out.push(Symbol::Hole),
            _ => {}
        }
    }
    out
}

/// Does every text that `inner` matches also match `outer`?
///
/// A hole (policy variable) of `inner` may become anything, one of `outer` is only trusted to equal itself: the
/// answer `true` is always right, `false` may be too careful where variables stand.
pub(super) fn covers(outer: &[u8], inner: &[u8], fold: bool) -> bool {
    let (outer, inner) = (spread(symbols(outer, fold)), symbols(inner, fold));
    // `reach[i]`: the first `i` symbols of `outer` can cover what was read of `inner` so far.
    let mut reach = vec![false; outer.len() + 1];
    if let Some(first) = reach.first_mut() {
        *first = true;
    }
    close(&outer, &mut reach);
    for symbol in inner {
        let mut next = vec![false; outer.len() + 1];
        for (at, mine) in outer.iter().enumerate() {
            if !reach.get(at).copied().unwrap_or(false) {
                continue;
            }
            let target = match (mine, symbol) {
                (Symbol::Star, _) => at,
                (Symbol::Any, Symbol::Any | Symbol::Char(_)) => at + 1,
                (mine, other) if *mine == other => at + 1,
                _ => continue,
            };
            if let Some(slot) = next.get_mut(target) {
                *slot = true;
            }
        }
        close(&outer, &mut next);
        reach = next;
    }
    reach.last().copied().unwrap_or(false)
}

/// Writes a star on every side of the `?`s that share its run: `??*` also takes in what `*?*?*` shows more plainly.
fn spread(symbols: Vec<Symbol>) -> Vec<Symbol> {
    let mut out = Vec::with_capacity(symbols.len());
    for run in symbols.chunk_by(|a, _| *a == Symbol::Any) {
        match run.split_last() {
            Some((Symbol::Star, single)) => {
                out.push(Symbol::Star);
                out.extend(single.iter().flat_map(|_| [Symbol::Any, Symbol::Star]));
            }
            _ => out.extend_from_slice(run),
        }
    }
    out
}

/// A star may also stand for nothing.
fn close(outer: &[Symbol], reach: &mut [bool]) {
    for (at, symbol) in outer.iter().enumerate() {
        if *symbol == Symbol::Star
            && reach.get(at).copied().unwrap_or(false)
            && let Some(slot) = reach.get_mut(at + 1)
        {
            *slot = true;
        }
    }
}

/// Is there a text that both match? A hole may become anything.
pub(super) fn intersects(a: &[u8], b: &[u8], fold: bool) -> bool {
    share(&symbols(a, fold), &symbols(b, fold))
}

/// Is there an ARN of the shape of `template` that `glob` matches? Nothing that varies is empty but the region, an
/// account that is not fixed has twelve digits, and no part but the end of the last holds a colon (`…-v1:0:300k`).
pub(super) fn names_arn(template: &[u8], glob: &[u8]) -> bool {
    let (mut head, mut colons) = (Vec::new(), 0);
    for symbol in symbols(template, false) {
        match symbol {
            Symbol::Star if colons == 3 => head.push(Symbol::Part),
            Symbol::Star if colons == 4 => head.extend([Symbol::Solid; 12]),
            Symbol::Star => head.extend([Symbol::Solid, Symbol::Part]),
            other => head.push(other),
        }
        colons += usize::from(symbol == Symbol::Char(':'));
    }
    let glob = symbols(glob, false);
    let ends_free = head.last() == Some(&Symbol::Part);
    (0..=2).any(|more| {
        let mut shape = head.clone();
        for _ in 0..if ends_free { more } else { 0 } {
            shape.extend([Symbol::Char(':'), Symbol::Solid, Symbol::Part]);
        }
        share(&shape, &glob)
    })
}

/// Is there a text that both can spell? Walks from pair to pair of places that can be reached, of which there are few
/// where most symbols are letters.
fn share(a: &[Symbol], b: &[Symbol]) -> bool {
    let wild = |symbol: &Symbol| matches!(symbol, Symbol::Star | Symbol::Hole | Symbol::Part);
    let width = b.len() + 1;
    let mut seen = vec![false; (a.len() + 1) * width];
    let mut open = vec![(0, 0)];
    while let Some((i, j)) = open.pop() {
        // Beyond an end, and where the walk has been, there is nothing to find.
        match seen.get_mut(i * width + j) {
            Some(been) if j < width && !*been => *been = true,
            _ => continue,
        }
        match (a.get(i), b.get(j)) {
            (None, None) => return true,
            (Some(Symbol::Part), Some(Symbol::Char(':'))) => open.push((i + 1, j)),
            (Some(Symbol::Solid), Some(Symbol::Char(':'))) => {}
            (Some(x), _) if wild(x) => open.extend([(i, j + 1), (i + 1, j)]),
            (_, Some(y)) if wild(y) => open.extend([(i + 1, j), (i, j + 1)]),
            (Some(Symbol::Char(x)), Some(Symbol::Char(y))) if x != y => {}
            (Some(_), Some(_)) => open.push((i + 1, j + 1)),
            _ => {}
        }
    }
    false
}
