//! "Did you mean": the nearest of a few names.

/// The candidate nearest to `written`, if it is near enough to have been meant.
///
/// Near means a different case only, or at most a third of its letters changed, left out, added or
/// swapped with a neighbour.
pub(crate) fn nearest<'a>(
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
        .map(|c| (distance(&lower, &c.to_lowercase()), c))
        .filter(|(d, c)| 3 * d <= c.chars().count().max(3))
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// A help text naming the nearest candidate, or else all of them if they are few.
pub(crate) fn help<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
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

/// The number of insertions, deletions, substitutions and swaps of neighbours between two texts:
/// the optimal string alignment distance. O(|a|·|b|).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let substituted = last[j] + usize::from(a[i] != b[j]);
            let mut least = substituted.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("tirals", "trials"), 1);
    }

    #[test]
    fn suggests_only_what_is_near() {
        let names = ["trials", "parallel", "space"];
        assert_eq!(nearest("tirals", names), Some("trials"));
        assert_eq!(nearest("SPACE", names), Some("space"));
        assert_eq!(nearest("learning_rate", names), None);
        assert_eq!(nearest("ab", ["c"]), None);
    }

    #[test]
    fn lists_what_is_known_when_nothing_is_near() {
        assert_eq!(help("x", ["one", "two"]).unwrap(), "known here: `one`, `two`");
        assert_eq!(help("x", []), None);
    }
}
