//! Explanations as people read them: on a page, and on a terminal.

use std::fmt::Write;

use plaudit_core::visible;

use super::{ExplainMethod, ExplainedOutput, Explanation, places, stands_in};

/// Shares below this part of the greatest get no number: they are noise to a reader.
const TELLING: f64 = 0.1;

/// A stretch of the text.
struct Stretch<'a> {
    text: &'a str,
    /// The sum of the shares of its tokens; none between tokens.
    value: Option<f64>,
}

impl Explanation {
    /// Returns the explanation as a piece of HTML that needs nothing else: no style sheet, no script, no picture.
    ///
    /// Words for the label are blue with a solid line below, words against it orange with a dashed one; the stronger, the deeper, and
    /// the strong ones have their numbers beside them, so that it can be read without colours. All that a person wrote is escaped, and
    /// what would turn the direction of its surroundings is [shown](visible) as an escape.
    pub fn to_html(&self) -> String {
        let mut html = String::from(
            "<section class=\"plaudit-explanation\" style=\"font-family:sans-serif;line-height:2.2;color:#111;\
             background:#fff;padding:0.5em\">\n",
        );
        let line = escaped(&self.headline());
        let _ = writeln!(html, "<p style=\"margin:0\"><b>{}</b> {line}</p>", escaped(&self.label));
        html.push_str("<p dir=\"auto\" style=\"margin:0.5em 0;overflow-wrap:anywhere\">");
        let greatest = self.greatest();
        for Stretch { text, value } in self.stretches() {
            let text = escaped(text);
            match value {
                Some(value) if value != 0.0 => {
                    let (red, green, blue, line) =
                        if value > 0.0 { (33, 102, 172, "solid") } else { (230, 120, 20, "dashed") };
                    let strength = value.abs() / greatest;
                    let side = if value > 0.0 { "for" } else { "against" };
                    let _ = write!(
                        html,
                        "<span title=\"{side} {}: {value:+.4}\" style=\"background:rgba({red},{green},{blue},{:.2});\
                         border-bottom:2px {line} rgb({red},{green},{blue})\">{text}",
                        escaped(&self.label),
                        0.5 * strength
                    );
                    if strength >= TELLING {
                        let _ = write!(html, "<sub dir=\"ltr\">{value:+.2}</sub>");
                    }
                    html.push_str("</span>");
                }
                _ => html.push_str(&text),
            }
        }
        html.push_str("</p>\n");
        let label = escaped(&self.label);
        let _ = writeln!(
            html,
            "<p style=\"margin:0;font-size:smaller\"><span style=\"background:rgba(33,102,172,0.4);border-bottom:2px solid \
             rgb(33,102,172)\">blue, solid line, +</span> speaks for {label}; <span style=\"background:rgba(230,120,20,0.4);\
             border-bottom:2px dashed rgb(230,120,20)\">orange, dashed line, -</span> against it. {}</p>",
            escaped(&self.note())
        );
        html.push_str("</section>\n");
        html
    }

    /// Returns a whole HTML page with these explanations, one below the other.
    pub fn page(explanations: &[Self]) -> String {
        let mut page = String::from(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width\">\n<title>Explanations</title>\n</head>\n<body style=\"color:#111;background:#fff\">\n",
        );
        explanations.iter().for_each(|explanation| page.push_str(&explanation.to_html()));
        page.push_str("</body>\n</html>\n");
        page
    }

    /// Returns the explanation as lines for a terminal: `[not -1.20]` is a word with its share. With `colours` words for the label are
    /// also bold and blue, words against it yellow. Controls in the text are [shown](visible) as escapes.
    pub fn to_terminal(&self, colours: bool) -> String {
        let mut out = format!("{} {}\n", visible(&self.label), visible(&self.headline()));
        let greatest = self.greatest();
        for Stretch { text, value } in self.stretches() {
            match value {
                Some(value) if value.abs() >= TELLING * greatest && value != 0.0 => {
                    let (start, end) = match (colours, value > 0.0) {
                        (true, true) => ("\u{1b}[1;34m", "\u{1b}[0m"),
                        (true, false) => ("\u{1b}[33m", "\u{1b}[0m"),
                        (false, _) => ("", ""),
                    };
                    let _ = write!(out, "{start}[{} {value:+.2}]{end}", visible(text));
                }
                _ => out.push_str(&visible(text)),
            }
        }
        let _ = write!(out, "\n{}\n", visible(&self.note()));
        out
    }

    /// What was explained, and by which number.
    fn headline(&self) -> String {
        let output = match self.output {
            ExplainedOutput::LogOdds => "log-odds",
            ExplainedOutput::Logit => "logit",
            ExplainedOutput::Probability => "probability",
        };
        let Self { probability, score, baseline, .. } = self;
        let mut line = format!("p = {probability:.3}; {output} {score:.3}, without words {baseline:.3}");
        if self.predicted != self.label {
            let _ = write!(line, "; predicted: {}", self.predicted);
        }
        line
    }

    /// What the numbers are, and what they leave out.
    fn note(&self) -> String {
        let mut note = match self.method {
            ExplainMethod::IntegratedGradients => {
                let Self { gap, .. } = self;
                format!("Integrated gradients: shares add up to the difference, but for {gap:.4}.")
            }
            ExplainMethod::Occlusion => "Occlusion: what the probability loses without the word.".to_owned(),
        };
        if let Some(linear) = &self.linear {
            let _ = write!(note, " The linear part adds {:+.3}.", linear.value);
        }
        if self.unread > 0 {
            let _ = write!(note, " {} more tokens are not read.", self.unread);
        }
        note
    }

    /// The greatest share of a stretch, for or against; 1 where there is none.
    fn greatest(&self) -> f64 {
        let greatest =
            self.stretches().iter().filter_map(|stretch| stretch.value).fold(0.0, |a: f64, b| a.max(b.abs()));
        if greatest > 0.0 { greatest } else { 1.0 }
    }

    /// The whole text, cut where tokens begin and end.
    fn stretches(&self) -> Vec<Stretch<'_>> {
        let places = places(&self.text, self.tokens.iter().map(|token| token.source.clone()));
        let mut values = vec![0.0; places.len()];
        for token in self.tokens.iter().filter(|token| stands_in(&self.text, &token.source)) {
            let after = places.partition_point(|place| place.start <= token.source.start);
            let found = after.checked_sub(1).and_then(|at| Some((places.get(at)?, values.get_mut(at)?)));
            if let Some((_, value)) = found.filter(|(place, _)| token.source.start < place.end) {
                *value += token.value;
            }
        }
        let part = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        let mut stretches = Vec::with_capacity(2 * places.len() + 1);
        let mut end = 0;
        for (place, value) in places.iter().zip(values) {
            stretches.push(Stretch { text: part(end, place.start), value: None });
            stretches.push(Stretch { text: part(place.start, place.end), value: Some(value) });
            end = place.end;
        }
        stretches.push(Stretch { text: part(end, self.text.len()), value: None });
        stretches.retain(|stretch| !stretch.text.is_empty());
        stretches
    }
}

/// A text as it may stand in HTML, also within quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in visible(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::explain::Attribution;

    fn explanation(text: &str, label: &str, tokens: &[(std::ops::Range<usize>, f64)]) -> Explanation {
        let token = |(source, value): &(std::ops::Range<usize>, f64)| {
            let token = text.get(source.clone()).unwrap_or_default().to_owned();
            Attribution { source: source.clone(), token, value: *value }
        };
        Explanation {
            text: text.to_owned(),
            label: label.to_owned(),
            predicted: label.to_owned(),
            probability: 0.9,
            method: ExplainMethod::IntegratedGradients,
            output: ExplainedOutput::LogOdds,
            score: 2.2,
            baseline: 0.1,
            tokens: tokens.iter().map(token).collect(),
            linear: None,
            gap: 0.0,
            unread: 0,
        }
    }

    /// The tags of a piece of HTML.
    fn tags(html: &str) -> Vec<String> {
        html.split('<').skip(1).map(|piece| piece.split_once('>').unwrap().0.to_owned()).collect()
    }

    #[test]
    fn what_a_person_wrote_stays_text() {
        let written = [
            "<script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            "' onmouseover='alert(1)",
            "<!-- a -->&lt;b&gt; &amp; </p></section>",
            "<svg/onload=alert(1)>",
            "\u{202e}dlog\u{2066} x\u{2069}",
            "a\0b\u{1b}[2J\n<style>*{display:none}</style>",
            "javascript:alert(1)",
        ];
        let harmless = explanation("good day", "Good", &[(0..4, 1.0)]);
        let expected = tags(&Explanation::page(&[harmless]));
        for text in written {
            for label in ["Good", text] {
                let shown = explanation(text, label, &[(0..text.len(), 1.0)]);
                let html = Explanation::page(&[shown]);
                let found = tags(&html);
                let names = |tags: &[String]| {
                    tags.iter().map(|tag| tag.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
                };
                assert_eq!(names(&found), names(&expected), "{html}");
                assert!(!html.contains(['\u{202e}', '\u{2066}', '\u{2069}', '\0', '\u{1b}']), "{html}");
                // Quotes of the text do not end an attribute: each tag has as many as that of a harmless text.
                for (tag, expected) in found.iter().zip(&expected) {
                    assert_eq!(tag.matches('"').count(), expected.matches('"').count(), "{tag}");
                }
            }
        }
    }

    #[test]
    fn for_and_against_can_be_told_without_colour() {
        let shown = explanation("not bad at all", "Good", &[(0..3, -1.5), (4..7, 3.0), (8..10, 0.01), (11..14, 0.0)]);
        let html = shown.to_html();
        assert!(
            html.contains("title=\"for Good: +3.0000\"") && html.contains("title=\"against Good: -1.5000\""),
            "{html}"
        );
        assert!(html.contains("bad<sub dir=\"ltr\">+3.00</sub>") && html.contains("not<sub dir=\"ltr\">-1.50</sub>"));
        assert!(html.contains("2px dashed") && html.contains("2px solid") && html.contains("blue, solid line, +"));
        assert!(html.contains("rgba(33,102,172,0.50)") && html.contains("rgba(230,120,20,0.25)"));
        assert_eq!(shown.to_terminal(false).lines().nth(1).unwrap(), "[not -1.50] [bad +3.00] at all");
        let coloured = "\u{1b}[33m[not -1.50]\u{1b}[0m \u{1b}[1;34m[bad +3.00]\u{1b}[0m at all";
        assert_eq!(shown.to_terminal(true).lines().nth(1).unwrap(), coloured);
    }

    #[test]
    fn tokens_of_one_place_are_added_up() {
        // Tokens that share a place, that overlap, that are of no place, and out of the text.
        let shown = explanation(
            "can't 好",
            "Good",
            &[(0..5, 1.0), (0..5, 0.5), (3..5, 0.5), (0..0, 9.0), (7..99, 9.0), (6..9, -2.0)],
        );
        assert_eq!(shown.to_terminal(false).lines().nth(1).unwrap(), "[can't +2.00] [好 -2.00]");
        let nothing = explanation("", "Good", &[]);
        assert_eq!(nothing.to_terminal(false).lines().nth(1), Some(""));
        assert!(nothing.to_html().contains("</section>"));
    }

    proptest! {
        #[test]
        fn the_text_is_all_there(text in any::<String>(), cuts in proptest::collection::vec((0usize..40, 0usize..40, -2.0..2.0f64), 0..9)) {
            let tokens: Vec<_> = cuts.into_iter().map(|(a, b, value)| (a.min(b)..a.max(b), value)).collect();
            let shown = explanation(&text, "Good", &tokens);
            let whole: String = shown.stretches().iter().map(|stretch| stretch.text).collect();
            prop_assert_eq!(&whole, &text);
            let html = shown.to_html();
            prop_assert!(!html.contains("<script") && tags(&html).iter().all(|tag| !tag.contains('<')));
        }
    }
}
