//! What holds of every pipeline file, for property tests and for the fuzzer.

use surmise_spec::{Override, load};

use crate::common::{catalog, file};

/// Any outcome is fine but a panic, and every refusal must be possible to show.
pub(crate) fn survives(text: &str, overrides: &[Override]) {
    match load(&file(text), overrides, &catalog()) {
        Ok(spec) => {
            let again = load(&file(&spec.to_yaml()), &[], &catalog());
            assert_eq!(again.map_err(|d| d.to_string()), Ok(spec));
        }
        Err(diagnostics) => {
            assert!(diagnostics.len() > 0);
            assert!(!diagnostics.render(true).is_empty());
            assert!(!diagnostics.to_json().is_null());
            let unexplained = diagnostics.iter().any(|d| d.message().contains("without a reason"));
            assert!(!unexplained, "{diagnostics}");
        }
    }
}
