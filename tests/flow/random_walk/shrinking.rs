//! The fewest operations that still show a difference: delta debugging (Zeller and Hildebrandt 2002), by halves and smaller pieces.

/// Leaves pieces out as long as what is left `fails`, in at most `tries` tries.
pub(super) async fn shrink<T: Clone>(mut failing: Vec<T>, mut tries: usize, fails: impl AsyncFn(&[T]) -> bool) -> Vec<T> {
    let mut piece = failing.len().div_ceil(2).max(1);
    loop {
        let mut start = 0;
        while start < failing.len() && tries > 0 {
            let end = failing.len().min(start + piece);
            let fewer = [&failing[..start], &failing[end..]].concat();
            tries -= 1;
            if fails(&fewer).await {
                failing = fewer;
            } else {
                start = end;
            }
        }
        if piece == 1 || tries == 0 {
            return failing;
        }
        piece = piece.div_ceil(2);
    }
}

#[tokio::test]
async fn what_isnt_needed_for_a_difference_is_left_out() {
    let all: Vec<u32> = (0..200).collect();
    let needs_both = async |some: &[u32]| some.contains(&17) && some.contains(&170);
    assert_eq!(shrink(all.clone(), 1000, needs_both).await, [17, 170]);
    let few_tries = shrink(all, 3, needs_both).await;
    assert!(few_tries.contains(&17) && few_tries.contains(&170));
}
