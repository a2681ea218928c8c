//! Unicode normal forms (UAX #15): one way to write what looks the same.

use serde::{Deserialize, Serialize};
use unicode_normalization::char::{canonical_combining_class, decompose_canonical, decompose_compatible};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};

use crate::alignment::Rewriter;
use crate::invisible::is_emoji;

/// A normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum NormalForm {
    /// Letters with marks are one character where there is one: `e` and a combining acute become `é`. Nothing changes its
    /// look.
    Nfc,
    /// Also folds variants that mean the same: full-width `Ｇｏｏｄ１` becomes `Good1`, `ﬁ` becomes `fi`, mathematical `𝓰𝓸𝓸𝓭`
    /// becomes `good`, `…` becomes three dots. The default. It folds `½` to `1⁄2` and `™` to `TM`, too. Two departures: the accent
    /// `´` stays, which people type for an apostrophe (`don´t`), and which the form makes a blank and a mark. And where it takes an
    /// emoji apart (`™️` becomes `TM`), the selector U+FE0F and joiners behind it go, too: they mean nothing behind letters.
    #[default]
    Nfkc,
}

/// Returns whether the text may change.
pub(crate) fn concerns(form: NormalForm, text: &str) -> bool {
    !text.is_ascii() && form.quick(text.chars().filter(|&c| !is_inert(c))) != IsNormalized::Yes
}

/// Returns whether no form changes `c`, or joins it to what stands before it; ASCII and most of Han, where there is no need to look.
fn is_inert(c: char) -> bool {
    c.is_ascii() || matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// Normalises cluster by cluster, so that a token points at the letters it came from.
pub(crate) fn apply(form: NormalForm, text: &str, normal: &mut String, mut rewriter: Rewriter<'_>) {
    let mut clusters = text.char_indices().peekable();
    while let Some((start, first)) = clusters.next() {
        let mut end = start + first.len_utf8();
        while let Some((at, next)) = clusters.next_if(|&(_, c)| !form.is_bound(c)) {
            end = at + next.len_utf8();
        }
        if is_inert(first) && end == start + first.len_utf8() {
            continue;
        }
        let cluster = text.get(start..end).unwrap_or_default();
        if cluster == "´" {
            continue;
        }
        if form.quick(cluster.chars()) == IsNormalized::Yes {
            continue;
        }
        normal.clear();
        match form {
            NormalForm::Nfc => normal.extend(cluster.nfc()),
            NormalForm::Nfkc => normal.extend(cluster.nfkc()),
        }
        if *normal != cluster {
            if form == NormalForm::Nfkc && is_emoji(first) {
                while let Some((at, mark)) = clusters.next_if(|&(_, c)| matches!(c, '\u{fe0f}' | '\u{200d}')) {
                    end = at + mark.len_utf8();
                }
            }
            rewriter.replace(start..end, normal.chars());
        }
    }
    rewriter.finish();
}

impl NormalForm {
    fn quick(self, text: impl Iterator<Item = char>) -> IsNormalized {
        match self {
            Self::Nfc => is_nfc_quick(text),
            Self::Nfkc => is_nfkc_quick(text),
        }
    }

    /// Returns whether `c` can never join what stands before it: what it decomposes into begins with a character that is
    /// no mark and composes with nothing before it (Hangul vowels are no marks, and do).
    fn is_bound(self, c: char) -> bool {
        if is_inert(c) {
            return true;
        }
        let mut first = None;
        let emit = |part| {
            first.get_or_insert(part);
        };
        match self {
            Self::Nfc => decompose_canonical(c, emit),
            Self::Nfkc => decompose_compatible(c, emit),
        }
        let first = first.unwrap_or(c);
        canonical_combining_class(first) == 0 && is_nfc_quick(std::iter::once(first)) == IsNormalized::Yes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::alignment::Alignment;

    fn normal(form: NormalForm, text: &str) -> String {
        let mut out = String::new();
        apply(form, text, &mut String::new(), Rewriter::new(text, &mut out, &mut Alignment::default()));
        out
    }

    // CPython 3.11, Unicode 14.0.0: unicodedata.normalize("NFC" or "NFKC", ...)
    #[test]
    fn equals_python() {
        for (text, nfc, nfkc) in [
            ("Ｇｏｏｄ１！", "Ｇｏｏｄ１！", "Good1!"),
            ("ﬁne…", "ﬁne…", "fine..."),
            ("e\u{301}a\u{328}\u{301}", "éą\u{301}", "éą\u{301}"),
            ("𝓰𝓸𝓸𝓭", "𝓰𝓸𝓸𝓭", "good"),
            ("½ ™ ①", "½ ™ ①", "1⁄2 TM 1"),
            ("don´t", "don´t", "don´t"), // Python: "don \u{301}t"
            ("\u{1112}\u{1161}\u{11ab}", "한", "한"),
            ("™\u{fe0f}‼\u{fe0f}ℹ\u{fe0f}\u{fe0f}", "™\u{fe0f}‼\u{fe0f}ℹ\u{fe0f}\u{fe0f}", "TM!!i"), // Python keeps each U+FE0F
            ("❤\u{fe0f} 1\u{fe0f}\u{20e3}", "❤\u{fe0f} 1\u{fe0f}\u{20e3}", "❤\u{fe0f} 1\u{fe0f}\u{20e3}"),
            ("ｶﾞ", "ｶﾞ", "ガ"),
            ("か\u{3099}", "が", "が"),
            ("\u{212b}", "Å", "Å"),
            ("好：不错", "好：不错", "好:不错"),
            ("👍🏽 don’t", "👍🏽 don’t", "👍🏽 don’t"),
        ] {
            assert_eq!(normal(NormalForm::Nfc, text), nfc, "{text}");
            assert_eq!(normal(NormalForm::Nfkc, text), nfkc, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn clusters_make_the_form_of_the_whole(
            text in r"[\PC--´\u{fe0f}]{0,24}|[aeｶﾞか\u{3099}\u{301}\u{328}\u{1112}\u{1161}\u{11ab}한\u{212b}ﬁ½ \u{fb2c}]{0,16}"
        ) {
            prop_assert_eq!(normal(NormalForm::Nfc, &text), text.nfc().collect::<String>());
            prop_assert_eq!(normal(NormalForm::Nfkc, &text), text.nfkc().collect::<String>());
            for form in [NormalForm::Nfc, NormalForm::Nfkc] {
                prop_assert!(concerns(form, &text) || normal(form, &text) == text);
            }
        }
    }
}
