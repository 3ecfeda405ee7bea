//! Medians: what a run says in spite of neighbours.

use std::time::Duration;

/// The middle one; the lower of two. `None` of nothing.
pub fn median<T: Copy + Ord>(values: &[T]) -> Option<T> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().saturating_sub(1) / 2).copied()
}

/// How many times `one` is in `many`.
pub fn ratio(many: Duration, one: Duration) -> f64 {
    if one.is_zero() { f64::NAN } else { many.as_secs_f64() / one.as_secs_f64() }
}

/// Microseconds for a table.
pub fn microseconds(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 100.0 { format!("{micros:.1}") } else { format!("{micros:.0}") }
}

/// Milliseconds for a table.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_a_value_that_was_measured() {
        assert_eq!(median(&[9, 1, 5]), Some(5));
        assert_eq!(median(&[4, 1, 3, 2]), Some(2));
        assert_eq!(median::<u8>(&[]), None);
    }

    #[test]
    fn times_read_well_in_a_table() {
        assert_eq!(microseconds(Duration::from_nanos(16_340)), "16.3");
        assert_eq!(microseconds(Duration::from_nanos(163_400)), "163");
        assert_eq!(milliseconds(Duration::from_micros(2346)), "2.35");
        assert!((ratio(Duration::from_micros(30), Duration::from_micros(20)) - 1.5).abs() < 1e-9);
    }
}
