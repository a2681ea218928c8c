//! The percentages that one may naturally compute from reactions.

use plaudit_core::Result;

use super::post::sum;
use super::{Reactions, Tally, Valence, mean_post_ratio};

/// A percentage with the way to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expression {
    kind: Kind,
    /// Places among [`Expressions::names`]: of what, and compared with what.
    of: usize,
    from: usize,
    pub(crate) percent: f64,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    NegativeShare,
    PositiveShare,
    NetShare,
    Points,
    NegativeShareFall,
    PositiveShareRise,
    NegativesFall,
    PositivesRise,
    PaperPooled,
    PaperPosts,
    PostRatios,
}

/// All expressions over some reactions under one valence.
pub(crate) struct Expressions {
    names: Vec<String>,
    pub(crate) all: Vec<Expression>,
}

/// A label, all posts, or the mean label: its negative share, and its reactions a post.
struct Term {
    negative_share: Option<f64>,
    /// Negative and positive reactions a post; none for the mean label.
    a_post: Option<[f64; 2]>,
}

impl Expressions {
    /// Every expression that has a value.
    pub(crate) fn new(reactions: &Reactions, valence: &Valence) -> Result<Self> {
        let posts = reactions.post_tallies(valence)?;
        let by_label = reactions.by_label(&posts);
        let labels: Vec<Tally> = by_label.iter().map(|posts| sum(posts.iter().copied())).collect();
        let total = sum(&posts);

        let term = |tally: &Tally, posts: usize| Term {
            negative_share: tally.negative_share(),
            a_post: Some([tally.negative, tally.positive].map(|count| count as f64 / posts as f64)),
        };
        let mut terms: Vec<Term> =
            labels.iter().zip(&by_label).map(|(tally, posts)| term(tally, posts.len())).collect();
        let shares: Option<Vec<f64>> = labels.iter().map(Tally::negative_share).collect();
        terms.push(term(&total, posts.len()));
        terms.push(Term {
            negative_share: shares.map(|shares| shares.iter().sum::<f64>() / labels.len() as f64),
            a_post: None,
        });
        let names = reactions.labels().iter().map(String::from);
        let names = names.chain(["all posts pooled".to_owned(), "the mean of the labels".to_owned()]).collect();

        let mut all = Vec::new();
        let mut push = |kind, of, from, value: Option<f64>| {
            if let Some(percent) = value.map(|value| 100.0 * value).filter(|percent| percent.is_finite()) {
                all.push(Expression { kind, of, from, percent });
            }
        };
        for (of, term) in terms.iter().enumerate() {
            push(Kind::NegativeShare, of, of, term.negative_share);
            push(Kind::PositiveShare, of, of, term.negative_share.map(|p| 1.0 - p));
            push(Kind::NetShare, of, of, term.negative_share.map(|p| 1.0 - 2.0 * p));
            for (from, other) in terms.iter().enumerate().filter(|&(from, _)| from != of) {
                let shares = term.negative_share.zip(other.negative_share);
                push(Kind::Points, of, from, shares.map(|(p, q)| q - p));
                push(Kind::NegativeShareFall, of, from, shares.map(|(p, q)| 1.0 - p / q));
                push(Kind::PositiveShareRise, of, from, shares.map(|(p, q)| (1.0 - p) / (1.0 - q) - 1.0));
                let counts = term.a_post.zip(other.a_post);
                push(Kind::NegativesFall, of, from, counts.map(|([n, _], [m, _])| 1.0 - n / m));
                push(Kind::PositivesRise, of, from, counts.map(|([_, n], [_, m])| n / m - 1.0));
            }
        }
        push(Kind::PaperPooled, 0, 0, total.paper_eq36(1).map(|percent| percent / 100.0));
        push(Kind::PaperPosts, 0, 0, total.paper_eq36(posts.len() as u64).map(|percent| percent / 100.0));
        push(Kind::PostRatios, 0, 0, mean_post_ratio(&posts).map(|percent| percent / 100.0));
        Ok(Self { names, all })
    }

    /// The expression in words.
    pub(crate) fn words(&self, expression: &Expression) -> String {
        let name = |place| self.names.get(place).map_or("", String::as_str);
        let (of, from) = (name(expression.of), name(expression.from));
        match expression.kind {
            Kind::NegativeShare => format!("negative share, {of}"),
            Kind::PositiveShare => format!("positive share, {of}"),
            Kind::NetShare => format!("positive less negative share, {of}"),
            Kind::Points => format!("negative share, points by which {of} is below {from}"),
            Kind::NegativeShareFall => format!("negative share, relative reduction, {of} against {from}"),
            Kind::PositiveShareRise => format!("positive share, relative rise, {of} against {from}"),
            Kind::NegativesFall => format!("negative reactions a post, relative reduction, {of} against {from}"),
            Kind::PositivesRise => format!("positive reactions a post, relative rise, {of} against {from}"),
            Kind::PaperPooled => "Eq. 36 of DPMS with k = 1".to_owned(),
            Kind::PaperPosts => "Eq. 36 of DPMS with k = the number of posts".to_owned(),
            Kind::PostRatios => "mean over posts of (Pos - Neg) / Pos".to_owned(),
        }
    }
}
