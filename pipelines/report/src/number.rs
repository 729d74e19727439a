//! Numbers as people read them.

use std::time::Duration;

/// A number with at most five significant digits, in scientific notation where that is shorter.
#[must_use]
pub fn number(x: f64) -> String {
    rounded(x, 5)
}

fn rounded(x: f64, digits: usize) -> String {
    if x == 0.0 {
        return "0".into();
    }
    let magnitude = x.abs().log10().floor();
    if (-4.0..6.0).contains(&magnitude) {
        let decimals = (digits as f64 - 1.0 - magnitude).clamp(0.0, 9.0) as usize;
        let text = format!("{x:.decimals$}");
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        }
    } else {
        let text = format!("{x:.*e}", digits - 1);
        match text.split_once('e') {
            Some((mantissa, exponent)) if mantissa.contains('.') => {
                format!("{}e{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'))
            }
            _ => text,
        }
    }
}

/// A score with its standard error, if it has one; the error to the two digits that mean anything.
#[must_use]
pub fn score(value: f64, std_error: Option<f64>) -> String {
    match std_error {
        Some(error) => format!("{} ± {}", number(value), rounded(error, 2)),
        None => number(value),
    }
}

/// A span of time in its two largest units.
#[must_use]
pub fn duration(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0 if span.as_millis() < 1000 => format!("{} ms", span.as_millis()),
        0..60 => format!("{:.1} s", span.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_keep_their_size() {
        let shown = [
            (0.0, "0"),
            (1.0, "1"),
            (0.973_333_333, "0.97333"),
            (-12.5, "-12.5"),
            (123_456.0, "123456"),
            (1e-5, "1e-5"),
            (3.162_277e-7, "3.1623e-7"),
            (1.5e9, "1.5e9"),
            (0.000_316_2, "0.0003162"),
        ];
        for (x, text) in shown {
            assert_eq!(number(x), text);
        }
    }

    #[test]
    fn spans_name_two_units() {
        assert_eq!(duration(Duration::from_millis(7)), "7 ms");
        assert_eq!(duration(Duration::from_millis(1500)), "1.5 s");
        assert_eq!(duration(Duration::from_secs(3661)), "1 h 1 min");
    }
}
