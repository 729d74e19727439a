//! Which names a descriptor may use: one rule for the plugin that gives them and the host that
//! checks them.

const BYTES_MAX: usize = 64;

/// Whether `name` can be the id of a plugin or a model: `[a-z][a-z0-9_.-]{0,63}`.
#[must_use]
pub const fn is_id(name: &str) -> bool {
    let bytes = name.as_bytes();
    if bytes.is_empty() || BYTES_MAX < bytes.len() || !bytes[0].is_ascii_lowercase() {
        return false;
    }
    let mut i = 1;
    while i < bytes.len() {
        if !matches!(bytes[i], b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-') {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether `name` can be that of a hyperparameter: `[A-Za-z_][A-Za-z0-9_]{0,63}`.
#[must_use]
pub const fn is_hyperparameter(name: &str) -> bool {
    let bytes = name.as_bytes();
    if bytes.is_empty() || BYTES_MAX < bytes.len() || bytes[0].is_ascii_digit() {
        return false;
    }
    let mut i = 0;
    while i < bytes.len() {
        if !bytes[i].is_ascii_alphanumeric() && bytes[i] != b'_' {
            return false;
        }
        i += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: &str = "a123456789_123456789_123456789_123456789_123456789_123456789_123";
    const TOO_LONG: &str = "a123456789_123456789_123456789_123456789_123456789_123456789_1234";

    #[test]
    fn ids_are_lowercase_and_short() {
        for good in ["svm", "k_nn.2-x", LONGEST] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "Svm", "sVm", "1nn", "-x", "a b", "ä", TOO_LONG] {
            assert!(!is_id(bad), "{bad}");
        }
    }

    #[test]
    fn hyperparameters_are_named_like_variables() {
        for good in ["C", "_x", "max_iter2", LONGEST] {
            assert!(is_hyperparameter(good), "{good}");
        }
        for bad in ["", "2x", "a-b", "a.b", "größe", TOO_LONG] {
            assert!(!is_hyperparameter(bad), "{bad}");
        }
    }
}
