//! "Did you mean": the nearest of a few names, for every room's errors.

/// The candidate nearest to `written`, if it is near enough to have been meant: another case, or
/// at most a third of its letters (or one of two) changed, left out, added or swapped with a
/// neighbour.
///
/// Complexity: O(|written| · total length of the candidates).
pub fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    const LONGEST: usize = 64;
    if written.len() > LONGEST {
        return None;
    }
    let lower = written.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::osa_distance(&lower, &c.to_lowercase()), c))
        .filter(|(distance, c)| {
            let length = c.chars().count();
            *distance == 0 || (length > 1 && *distance <= (length / 3).max(1))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}

/// A help text naming the nearest candidate, or else all of them if they are few.
pub fn help<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    const MOST: usize = 24;
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(name) = nearest(written, candidates.iter().copied()) {
        return Some(format!("did you mean `{name}`?"));
    }
    (1..=MOST).contains(&candidates.len()).then(|| {
        let all: Vec<String> = candidates.iter().map(|c| format!("`{c}`")).collect();
        format!("known here: {}", all.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_near() {
        let names = ["trials", "parallel", "space"];
        assert_eq!(nearest("tirals", names), Some("trials"));
        assert_eq!(nearest("SPACE", names), Some("space"));
        assert_eq!(nearest("learning_rate", names), None);
        assert_eq!(nearest("ab", ["c"]), None);
        assert_eq!(nearest("z", ["a", "b"]), None);
        assert_eq!(nearest("svn", ["svm"]), Some("svm"));
        assert_eq!(nearest("c", ["C"]), Some("C"));
    }

    #[test]
    fn lists_what_is_known_when_nothing_is_near() {
        assert_eq!(help("x", ["one", "two"]).unwrap(), "known here: `one`, `two`");
        assert_eq!(help("x", []), None);
    }
}
