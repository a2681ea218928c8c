//! The order of posts.

use std::cmp::Ordering;

use super::PostReactions;

/// Compares two posts: by time, then those without one, and where that tells nothing by name.
pub(crate) fn by_time_and_name(a: &PostReactions, b: &PostReactions) -> Ordering {
    let seconds = |post: &PostReactions| post.time.map(|time| time.seconds);
    let by_time = match (seconds(a), seconds(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    };
    by_time.then_with(|| by_name(&a.post, &b.post))
}

/// Compares names as people number them, `p2` before `p10`: runs of ASCII digits as whole numbers of any length, all else by
/// code point. Names that differ in zeros alone, such as `p1` and `p01`, are compared as they stand.
fn by_name(a: &str, b: &str) -> Ordering {
    pieces(a).cmp(pieces(b)).then_with(|| a.cmp(b))
}

/// The pieces of a name: of a run of digits, those after its zeros and how many they are; of another character, itself.
fn pieces(name: &str) -> impl Iterator<Item = (char, usize, &str)> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        if first.is_ascii_digit() {
            let (run, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
            rest = after;
            let digits = run.trim_start_matches('0');
            Some(('0', digits.len(), digits))
        } else {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            Some((first, 0, ""))
        }
    })
}

#[cfg(test)]
mod tests {
    use plaudit_core::Time;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_in_the_order_of_their_numbers() {
        let most = format!("p{}", "9".repeat(40));
        let sorted =
            ["", "2", "10", "a", "p", "p01", "p1", "p1 b", "p2", "p02b", "p10", &most, "q", "好1", "好02", "好10"];
        for (place, a) in sorted.iter().enumerate() {
            for (other, b) in sorted.iter().enumerate() {
                assert_eq!(by_name(a, b), place.cmp(&other), "{a} {b}");
            }
        }
    }

    #[test]
    fn time_comes_before_the_name() {
        let post = |name: &str, seconds: Option<i64>| {
            let mut post = PostReactions::new(name, "x", [("like", 1)]);
            post.time = seconds.map(|seconds| Time { seconds, offset: 0 });
            post
        };
        let sorted =
            [post("z", Some(-5)), post("c", Some(7)), post("p2", Some(9)), post("p10", Some(9)), post("a", None)];
        for pair in sorted.windows(2) {
            assert_eq!(by_time_and_name(&pair[0], &pair[1]), Ordering::Less);
            assert_eq!(by_time_and_name(&pair[1], &pair[0]), Ordering::Greater);
        }
    }

    proptest! {
        #[test]
        fn it_is_an_order(a in "[a0-2]{0,4}", b in "[a0-2]{0,4}", c in "[a0-2]{0,4}") {
            prop_assert_eq!(by_name(&a, &b), by_name(&b, &a).reverse());
            prop_assert_eq!(by_name(&a, &b) == Ordering::Equal, a == b);
            let mut names = [&a, &b, &c];
            names.sort_by(|a, b| by_name(a, b)); // panics where it is no total order
            prop_assert!(by_name(names[0], names[1]).is_le() && by_name(names[0], names[2]).is_le());
        }
    }
}
