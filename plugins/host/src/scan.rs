//! Looking for what numbers must not be, at the speed of memory.

/// How many values are looked at before the search may end.
const CHUNK: usize = 1024;

/// The place of the first value that is so.
pub(crate) fn first<T: Copy>(values: &[T], is_so: impl Fn(T) -> bool) -> Option<usize> {
    // Whole chunks, without a way out, are compared in vectors.
    let any = |chunk: &[T]| chunk.iter().fold(false, |any, value| any | is_so(*value));
    let at = values.chunks(CHUNK).position(any)? * CHUNK;
    values[at..].iter().position(|value| is_so(*value)).map(|i| at + i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_found_wherever_it_stands() {
        let mut values = vec![0.0_f64; 3 * CHUNK + 7];
        assert_eq!(first(&values, f64::is_nan), None);
        for place in [3 * CHUNK + 6, 2 * CHUNK, CHUNK - 1, 0] {
            values[place] = f64::NAN;
            assert_eq!(first(&values, f64::is_nan), Some(place));
        }
        assert_eq!(first::<f64>(&[], f64::is_nan), None);
    }
}
