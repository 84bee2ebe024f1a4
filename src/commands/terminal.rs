//! What the terminal can show: colour, width, and letters beyond ASCII.

use crate::config::layer::Layer;
use crate::report::Style;
use std::ffi::OsString;
use std::io::IsTerminal;

const USUAL_WIDTH: usize = 100;
const NARROWEST: usize = 40;

/// What is known of the surroundings.
#[derive(Debug, Clone, Default)]
pub(super) struct Surroundings {
    stdout_is_terminal: bool,
    columns: Option<usize>,
    no_color: bool,
    dumb: bool,
    utf8: bool,
}

impl Surroundings {
    /// Asks the environment and the terminal.
    pub(super) fn look() -> Self {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let columns = variable("COLUMNS").and_then(|text| text.to_string_lossy().parse().ok());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
        Self {
            stdout_is_terminal: std::io::stdout().is_terminal(),
            columns: columns.or_else(|| comfy_table::Table::new().width().map(usize::from)),
            no_color: variable("NO_COLOR").is_some(),
            dumb: variable("TERM").is_some_and(|term| term == "dumb"),
            utf8: cfg!(windows) || locale.is_some_and(is_utf8),
        }
    }

    /// How a report looks on standard output.
    pub(super) fn stdout(&self, layer: &Layer) -> Style {
        let color = match layer.text("color") {
            Some("always") => true,
            Some("never") => false,
            _ => self.stdout_is_terminal && !self.no_color && !self.dumb,
        };
        Style {
            color,
            width: self.columns.map_or(USUAL_WIDTH, |columns| columns.max(NARROWEST)),
            unicode: self.utf8,
            show_passed: layer.switch("show_passed"),
        }
    }

    /// How a report looks in a file.
    pub(super) fn file(&self, layer: &Layer) -> Style {
        Style {
            color: layer.text("color") == Some("always"),
            width: USUAL_WIDTH,
            unicode: true,
            ..self.stdout(layer)
        }
    }
}

fn is_utf8(locale: OsString) -> bool {
    let locale = locale.to_string_lossy().to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer::Value;

    fn layer(color: &str) -> Layer {
        let mut layer = Layer::default();
        layer.flag("color", Some(Value::Text(color.into())));
        layer
    }

    #[test]
    fn colour_follows_the_flag_then_the_surroundings() {
        let terminal = Surroundings {
            stdout_is_terminal: true,
            ..Surroundings::default()
        };
        assert!(terminal.stdout(&layer("auto")).color);
        assert!(!terminal.stdout(&layer("never")).color);
        assert!(!Surroundings::default().stdout(&layer("auto")).color);
        assert!(Surroundings::default().stdout(&layer("always")).color);
        let told = Surroundings {
            no_color: true,
            ..terminal.clone()
        };
        assert!(!told.stdout(&layer("auto")).color);
        assert!(!terminal.file(&layer("auto")).color);
    }

    #[test]
    fn a_narrow_terminal_stays_readable() {
        let narrow = Surroundings {
            columns: Some(3),
            ..Surroundings::default()
        };
        assert_eq!(narrow.stdout(&Layer::default()).width, NARROWEST);
        assert!(is_utf8("en_GB.UTF-8".into()) && is_utf8("C.utf8".into()) && !is_utf8("C".into()));
    }
}
