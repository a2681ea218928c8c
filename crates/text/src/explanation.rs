//! What a text becomes, step after step.

use std::fmt;
use std::ops::Range;

use plaudit_core::TokenKind;
use serde::{Deserialize, Serialize};

use crate::TextStep;

/// What a text becomes, step after step: [`Pipeline::explain`](crate::Pipeline::explain) makes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The text after each step on characters, the tokens that it was split into, and the tokens after each step on tokens.
    pub stages: Vec<Stage>,
}

/// A text after one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(untagged)]
pub enum Stage {
    /// After a step on characters.
    Text {
        /// The step.
        step: TextStep,
        /// The text after it.
        text: String,
    },
    /// After the split, or a step on tokens.
    Tokens {
        /// The step; none for the split.
        step: Option<TextStep>,
        /// The tokens after it.
        tokens: Vec<Piece>,
    },
}

/// A token, on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Piece {
    /// The token.
    pub text: String,
    /// The bytes of the original text that it stands for.
    pub source: Range<usize>,
    /// What it is made of.
    pub kind: TokenKind,
}

/// One line a step: its name, and the text or the tokens after it, with `|` between them; `=` where nothing changed.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = String::new();
        for stage in &self.stages {
            let (step, after) = match stage {
                Stage::Text { step, text } => (Some(step), text.clone()),
                Stage::Tokens { step, tokens } => {
                    let texts: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
                    (step.as_ref(), texts.join(" | "))
                }
            };
            let name = step.map_or_else(|| "split".to_owned(), TextStep::name);
            writeln!(f, "{name:<16}{}", if after == before { "=" } else { &after })?;
            before = after;
        }
        Ok(())
    }
}
