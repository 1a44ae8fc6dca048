//! One line of typing, as the console caller understands it.

use crate::call::Digits;

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Keys, at the next listening point.
    Keys(Digits),
    /// Keys, now, even into a prompt.
    KeysNow(Digits),
    /// Words.
    Speech(String),
    /// Nothing: time passes to the next thing that happens.
    Silence,
    /// The agent picks up.
    AgentAnswers,
    /// The agent declines.
    AgentRejects,
    /// The agent hangs up.
    AgentHangsUp,
    /// The agent wants the caller transferred to this number or user.
    AgentTransfers(String),
    /// The list of what can be typed.
    Help,
    /// A command that does not exist.
    Unknown(String),
}

impl Line {
    /// Reads a line. `0-9*#` alone are keys, a leading `!` means now, `/` begins a command, anything else is speech.
    pub(super) fn parse(line: &str) -> Self {
        let line = line.trim();
        if line.is_empty() {
            return Self::Silence;
        }
        if let Some(command) = line.strip_prefix('/') {
            return match command.split_whitespace().collect::<Vec<_>>().as_slice() {
                ["agent", "answer"] => Self::AgentAnswers,
                ["agent", "reject"] => Self::AgentRejects,
                ["agent", "hangup"] => Self::AgentHangsUp,
                ["agent", "transfer", to] => Self::AgentTransfers((*to).to_owned()),
                ["help"] => Self::Help,
                _ => Self::Unknown(line.to_owned()),
            };
        }
        let (now, keys) =
            line.strip_prefix('!').map_or((false, line), |rest| (true, rest.trim_start()));
        match telephone_keys(keys) {
            Some(keys) if now => Self::KeysNow(keys),
            Some(keys) => Self::Keys(keys),
            None => Self::Speech(line.to_owned()),
        }
    }
}

/// The keys of a telephone; the letters `A`–`D` of DTMF are speech at a console.
fn telephone_keys(text: &str) -> Option<Digits> {
    let keys = Digits::parse(text)?;
    let plain = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '#'));
    (plain && !keys.is_empty()).then_some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Digits {
        Digits::parse(text).expect("keys")
    }

    #[test]
    fn lines_are_keys_speech_silence_or_commands() {
        for (line, meaning) in [
            ("1", Line::Keys(keys("1"))),
            (" 12*# ", Line::Keys(keys("12*#"))),
            ("!0", Line::KeysNow(keys("0"))),
            ("! 0", Line::KeysNow(keys("0"))),
            ("", Line::Silence),
            ("berapa harga", Line::Speech("berapa harga".into())),
            ("A", Line::Speech("A".into())),
            ("!", Line::Speech("!".into())),
            ("12 rupiah", Line::Speech("12 rupiah".into())),
            ("/agent answer", Line::AgentAnswers),
            ("/agent  reject", Line::AgentRejects),
            ("/agent hangup", Line::AgentHangsUp),
            ("/agent transfer +6221", Line::AgentTransfers("+6221".into())),
            ("/agent transfer", Line::Unknown("/agent transfer".into())),
            ("/help", Line::Help),
            ("/dance", Line::Unknown("/dance".into())),
        ] {
            assert_eq!(Line::parse(line), meaning, "{line:?}");
        }
    }
}
