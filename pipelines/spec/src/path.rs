//! The paths that may be searched.

/// What a searched path replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// A part as a whole, `null` to switch it off: `stages.NAME`, `regularization.NAME`.
    Switch(&'a str),
    /// A setting of the part at a path: `model.params.SETTING`, `stages.NAME.SETTING`,
    /// `training.SETTING`, `training.SECTION.SETTING`, `regularization.NAME.SETTING`.
    Setting { part: &'a str, name: &'a str },
}

/// Where the model's hyperparameters are.
pub(crate) const PARAMS: &str = "model.params";
/// Where the settings of the training loop are; its sections are below.
pub(crate) const TRAINING: &str = "training";

/// Sections whose entries are parts that can be switched off, and what one of them is called.
pub(crate) const STAGES: Switches = Switches { section: "stages", noun: "stage" };
pub(crate) const REGULARIZATION: Switches =
    Switches { section: "regularization", noun: "regularization" };

/// A section whose entries are parts that can be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Switches {
    pub(crate) section: &'static str,
    /// What one of them is called.
    pub(crate) noun: &'static str,
}

impl Switches {
    /// The path of the part of that name.
    pub(crate) fn path(self, name: &str) -> String {
        join(self.section, name)
    }

    /// The name of the part at a path, if it is in this section.
    pub(crate) fn name(self, path: &str) -> Option<&str> {
        path.strip_prefix(self.section)?.strip_prefix('.')
    }
}

impl<'a> Target<'a> {
    /// Reads a path; `None` if it is not one that may be searched.
    pub(crate) fn parse(path: &'a str) -> Option<Self> {
        let segments: Vec<&str> = path.splitn(4, '.').collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return None;
        }
        let (part, name) = path.rsplit_once('.')?;
        match segments.as_slice() {
            ["stages" | "regularization", _] => Some(Self::Switch(path)),
            ["model", "params", _]
            | ["stages" | "regularization" | "training", _, _]
            | ["training", _] => Some(Self::Setting { part, name }),
            _ => None,
        }
    }

    /// The path of the part that it replaces, or whose setting it replaces.
    pub(crate) fn part(self) -> &'a str {
        match self {
            Self::Switch(part) | Self::Setting { part, .. } => part,
        }
    }
}

/// The path of what is called `name` below another one.
pub(crate) fn join(above: &str, name: &str) -> String {
    format!("{above}.{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_settings_and_switches() {
        let setting = |part, name| Some(Target::Setting { part, name });
        for (path, target) in [
            ("model.params.c", setting("model.params", "c")),
            ("stages.pca", Some(Target::Switch("stages.pca"))),
            ("stages.pca.components", setting("stages.pca", "components")),
            ("regularization.l2", Some(Target::Switch("regularization.l2"))),
            ("regularization.l2.strength", setting("regularization.l2", "strength")),
            ("training.epochs", setting("training", "epochs")),
            ("training.batch.size", setting("training.batch", "size")),
        ] {
            assert_eq!(Target::parse(path), target, "{path}");
        }
        for path in [
            "",
            "model",
            "training",
            "model.params.",
            "model.params.a.b",
            "stages.",
            "stages.a.b.c",
            "training..size",
            "training.a.b.c",
            "data.target",
        ] {
            assert_eq!(Target::parse(path), None, "{path}");
        }
        assert_eq!(STAGES.name("stages.pca"), Some("pca"));
        assert_eq!(STAGES.name("stagesx.pca"), None);
    }
}
