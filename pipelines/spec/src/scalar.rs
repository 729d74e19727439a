//! What an unquoted scalar means: YAML 1.2's core schema, less the spellings that mislead.

/// The meaning of an unquoted scalar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A decimal integer.
    Int(i64),
    /// A finite decimal fraction.
    Float(f64),
    /// Anything else.
    Text,
    /// A number to some readers of YAML but not to all, or one that no `f64` or `i64` holds: the
    /// reason, and what to write instead.
    Refused(&'static str, &'static str),
}

/// Reads an unquoted scalar.
pub(crate) fn classify(text: &str) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" => return Scalar::Bool(true),
        "false" | "False" | "FALSE" => return Scalar::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if is_special_float(digits) {
        return Scalar::Refused("is not a finite number", "write a finite number");
    }
    if is_radix(digits, "0x", 16) || is_radix(digits, "0o", 8) {
        let why = "is a hexadecimal or octal number";
        return Scalar::Refused(why, "write the number in decimal, or quote it to mean text");
    }
    if is_integer(digits) {
        return integer(text, digits);
    }
    if is_float(digits) {
        return float(text, digits);
    }
    Scalar::Text
}

/// What kind of scalar was expected where another was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Wanted {
    Bool,
    Integer,
    Number,
}

/// What to write instead of a scalar, quoted unless `plain`, that is not what was expected.
pub(crate) fn hint(text: &str, plain: bool, wanted: Wanted) -> Option<String> {
    const UNQUOTE: &str = "remove the quotes";
    let bare: String = text.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    match (wanted, classify(&bare)) {
        (Wanted::Bool, Scalar::Bool(_)) if !plain => Some(UNQUOTE.into()),
        (Wanted::Bool, _) => {
            let meant = match text.to_ascii_lowercase().as_str() {
                "yes" | "on" | "y" => "true",
                "no" | "off" | "n" => "false",
                _ => return None,
            };
            Some(format!("only `true` and `false` are booleans: write `{meant}`"))
        }
        (Wanted::Integer, Scalar::Float(x)) => whole(x),
        (_, Scalar::Int(_) | Scalar::Float(_)) if bare == text => (!plain).then(|| UNQUOTE.into()),
        (_, Scalar::Int(_) | Scalar::Float(_)) if text.contains('_') => {
            Some(format!("write the digits without `_`: {bare}"))
        }
        (Wanted::Integer, Scalar::Int(_)) => Some(format!("write the digits without `,`: {bare}")),
        (Wanted::Number, Scalar::Int(_) | Scalar::Float(_)) => {
            Some("write a decimal point, not a comma".into())
        }
        _ => None,
    }
}

/// What to write instead of a whole number with a fraction or an exponent.
pub(crate) fn whole(x: f64) -> Option<String> {
    // Beyond, not every digit of it would be true.
    let is_whole = x.fract() == 0.0 && x.abs() < 1e15;
    is_whole.then(|| format!("write it without a fraction: {x:.0}"))
}

/// Whether an unquoted scalar is an integer that no `i64` holds.
pub(crate) fn is_huge_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    is_integer(digits) && !digits.starts_with('0') && text.parse::<i64>().is_err()
}

fn integer(text: &str, digits: &str) -> Scalar {
    if digits.len() > 1 && digits.starts_with('0') {
        let why = "starts with 0, which means an octal number to some readers of YAML";
        return Scalar::Refused(why, "leave out the leading 0, or quote it to mean text");
    }
    text.parse().map_or(
        Scalar::Refused("is too large an integer", "integers lie within ±9223372036854775807"),
        Scalar::Int,
    )
}

fn float(text: &str, digits: &str) -> Scalar {
    let mantissa = digits.split(['e', 'E']).next().unwrap_or(digits);
    let is_zero = mantissa.chars().all(|c| matches!(c, '0' | '.'));
    match text.parse::<f64>() {
        Ok(x) if !x.is_finite() => {
            Scalar::Refused("is too large a number", "numbers lie within ±1.79e308")
        }
        Ok(0.0) if !is_zero => {
            Scalar::Refused("is too small a number", "write 0, or a number above 1e-307")
        }
        Ok(x) => Scalar::Float(x),
        Err(_) => Scalar::Text,
    }
}

fn is_special_float(digits: &str) -> bool {
    matches!(digits, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN")
}

fn is_radix(digits: &str, prefix: &str, radix: u32) -> bool {
    digits
        .strip_prefix(prefix)
        .is_some_and(|d| !d.is_empty() && d.chars().all(|c| c.is_digit(radix)))
}

fn is_integer(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, the sign already taken off.
fn is_float(digits: &str) -> bool {
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((m, e)) => (m, e.strip_prefix(['+', '-']).unwrap_or(e)),
        None => (digits, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    is_integer(exponent)
        && all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_core_schema() {
        assert_eq!(classify("~"), Scalar::Null);
        assert_eq!(classify("True"), Scalar::Bool(true));
        assert_eq!(classify("-12"), Scalar::Int(-12));
        assert_eq!(classify("+5"), Scalar::Int(5));
        assert_eq!(classify("1e-3"), Scalar::Float(1e-3));
        assert_eq!(classify("1e3"), Scalar::Float(1000.0));
        assert_eq!(classify(".5"), Scalar::Float(0.5));
        assert_eq!(classify("5."), Scalar::Float(5.0));
        assert_eq!(classify("0.0e9"), Scalar::Float(0.0));
    }

    #[test]
    fn leaves_the_rest_as_text() {
        for text in [
            "yes",
            "on",
            "1_000",
            "1:30",
            "1,5",
            ".",
            "-",
            "+.",
            "e5",
            "1e",
            "1.2.3",
            "0x",
            "0xg",
            "inf",
            "nan",
            "2020-01-01",
            "1e+",
            "١٢",
        ] {
            assert_eq!(classify(text), Scalar::Text, "{text}");
        }
    }

    #[test]
    fn refuses_what_readers_disagree_on() {
        for text in [
            "0777",
            "-01",
            "0x1F",
            "0o17",
            ".nan",
            "-.inf",
            "1e999",
            "1e-400",
            "9223372036854775808",
        ] {
            assert!(matches!(classify(text), Scalar::Refused(..)), "{text}");
        }
    }

    #[test]
    fn hints_at_the_spelling_meant() {
        use Wanted::{Bool, Integer, Number};
        let check = |text: &str, plain: bool, wanted: Wanted, expected: Option<&str>| {
            assert_eq!(hint(text, plain, wanted).as_deref(), expected, "{text} {plain} {wanted:?}");
        };
        let digits = Some("write the digits without `_`: 1000");
        check("1_000", true, Integer, digits);
        check("1_000", true, Number, digits);
        check("1,000", true, Integer, Some("write the digits without `,`: 1000"));
        check("1,5", true, Number, Some("write a decimal point, not a comma"));
        check("yes", true, Bool, Some("only `true` and `false` are booleans: write `true`"));
        check("yes", true, Integer, None);
        check("true", false, Bool, Some("remove the quotes"));
        check("5", false, Integer, Some("remove the quotes"));
        check("5", false, Number, Some("remove the quotes"));
        for whole in ["1e3", "1000.0", "1000."] {
            check(whole, true, Integer, Some("write it without a fraction: 1000"));
        }
        check("1.5", true, Integer, None);
        check("1.5", false, Integer, None);
        check("1e300", true, Integer, None);
        check("fast", true, Number, None);
        check("", true, Number, None);
    }

    #[test]
    fn knows_integers_beyond_all_bounds() {
        assert!(is_huge_integer("9223372036854775808") && is_huge_integer("-9223372036854775809"));
        for text in ["9223372036854775807", "0", "00000000000000000000", "1e99", "x", ""] {
            assert!(!is_huge_integer(text), "{text}");
        }
    }
}
