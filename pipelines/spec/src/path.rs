//! The paths that may be searched.

/// What a searched path replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// `model.params.NAME`.
    Param(&'a str),
    /// `stages.NAME`: a stage as a whole, `null` to switch it off.
    Stage(&'a str),
    /// `stages.NAME.SETTING`.
    StageSetting(&'a str, &'a str),
}

impl<'a> Target<'a> {
    /// Reads a path; `None` if it is not one that may be searched.
    pub(crate) fn parse(path: &'a str) -> Option<Self> {
        let is_name = |s: &str| !s.is_empty() && !s.contains('.');
        if let Some(name) = path.strip_prefix("model.params.") {
            return is_name(name).then_some(Self::Param(name));
        }
        let rest = path.strip_prefix("stages.")?;
        match rest.split_once('.') {
            None => is_name(rest).then_some(Self::Stage(rest)),
            Some((stage, setting)) => {
                (is_name(stage) && is_name(setting)).then_some(Self::StageSetting(stage, setting))
            }
        }
    }
}

/// The path of a model parameter.
pub(crate) fn param(name: &str) -> String {
    format!("model.params.{name}")
}

/// The path of a stage.
pub(crate) fn stage(name: &str) -> String {
    format!("stages.{name}")
}

/// The path of a stage's setting.
pub(crate) fn stage_setting(stage: &str, setting: &str) -> String {
    format!("stages.{stage}.{setting}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_three_kinds_of_paths() {
        assert_eq!(Target::parse("model.params.c"), Some(Target::Param("c")));
        assert_eq!(Target::parse("stages.pca"), Some(Target::Stage("pca")));
        assert_eq!(
            Target::parse("stages.pca.components"),
            Some(Target::StageSetting("pca", "components"))
        );
        for path in ["", "model", "model.params.", "model.params.a.b", "stages.", "stages.a.b.c"] {
            assert_eq!(Target::parse(path), None, "{path}");
        }
    }
}
