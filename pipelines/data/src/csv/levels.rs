//! Texts → codes and sorted levels.

/// Integers up to this size are exact as 64-bit floats: 2⁵³.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// The code of each text, and the distinct texts that the codes index: sorted by number and written
/// as integers if all of them are integers, else sorted as text.
pub(super) fn encode<'a>(
    texts: impl Iterator<Item = Option<&'a str>> + Clone,
) -> (Vec<Option<u32>>, Vec<String>) {
    if texts.clone().flatten().all(|text| integer(text).is_some()) {
        let (codes, levels) = rank(texts.map(|text| text.and_then(integer)).collect());
        (codes, levels.iter().map(i64::to_string).collect())
    } else {
        let (codes, levels) = rank(texts.collect());
        (codes, levels.into_iter().map(str::to_owned).collect())
    }
}

fn integer(text: &str) -> Option<i64> {
    let number = text.parse::<f64>().ok()?;
    // Within the bound, the conversion is exact.
    (number.fract() == 0.0 && number.abs() <= EXACT_MAX).then_some(number as i64)
}

fn rank<K: Ord + Clone>(keys: Vec<Option<K>>) -> (Vec<Option<u32>>, Vec<K>) {
    let mut levels: Vec<K> = keys.iter().flatten().cloned().collect();
    levels.sort();
    levels.dedup();
    let code = |key: K| {
        let index = levels.binary_search(&key).ok()?;
        u32::try_from(index).ok()
    };
    let codes = keys.into_iter().map(|key| key.and_then(code)).collect();
    (codes, levels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_sort_by_number_and_texts_as_text() {
        let check = |texts: &[&str], codes: &[u32], levels: &[&str]| {
            let (got, names) = encode(texts.iter().map(|t| Some(*t)));
            assert_eq!(got, codes.iter().map(|c| Some(*c)).collect::<Vec<_>>());
            assert_eq!(names, levels);
        };
        check(&["10", "9", "-1", "09", "9.0"], &[2, 1, 0, 1, 1], &["-1", "9", "10"]);
        check(&["10", "9", "x"], &[0, 1, 2], &["10", "9", "x"]);
        check(&["b", "a", "b"], &[1, 0, 1], &["a", "b"]);
    }

    #[test]
    fn a_missing_text_has_no_code() {
        let (codes, levels) = encode([Some("a"), None].into_iter());
        assert_eq!((codes, levels), (vec![Some(0), None], vec!["a".to_owned()]));
    }
}
