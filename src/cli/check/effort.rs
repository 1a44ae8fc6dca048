//! `sambung check --effort`: how many seconds and keys callers need until they reach what they want.

use std::io::{self, Write};

use crate::flow::{Effort, FlowEffort, Goal};
use crate::time::Duration;

/// Prints a small table for each flow.
pub(super) fn tell(efforts: &[FlowEffort], out: &mut impl Write) -> io::Result<()> {
    for flow in efforts {
        writeln!(out, "{}: effort of a caller, typical and in the worst case", flow.flow)?;
        for effort in &flow.goals {
            writeln!(out, "{}", line(effort))?;
        }
        if flow.goals.is_empty() {
            writeln!(out, "  no person, answer, message or end can be reached")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// `  id  person  agent  24 s  1 min 30 s  2 keys`
fn line(effort: &Effort) -> String {
    let goal = match effort.goal {
        Goal::Person => "person",
        Goal::Answer => "answer",
        Goal::Message => "message",
        Goal::End => "end",
    };
    let keys = if effort.keys == 1 { "1 key".to_owned() } else { format!("{} keys", effort.keys) };
    format!(
        "  {goal:<8} {:<5} {:<24} {:>11} {:>12} {keys:>8}",
        effort.language.as_str(),
        effort.node.as_str(),
        seconds(effort.typical),
        seconds(effort.worst),
    )
}

/// A time rounded up to whole seconds.
fn seconds(time: Duration) -> String {
    let seconds = time.as_millis().div_ceil(1_000);
    match seconds / 60 {
        0 => format!("{seconds} s"),
        minutes => format!("{minutes} min {} s", seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_shows_goal_language_node_times_and_keys() {
        let effort = Effort {
            goal: Goal::Person,
            node: "agent".into(),
            language: "id".into(),
            typical: Duration::from_millis(23_400),
            worst: Duration::from_secs(90),
            keys: 1,
            way: Vec::new(),
        };
        let flow = FlowEffort { flow: "toko".into(), goals: vec![effort] };
        let mut out = Vec::new();
        tell(&[flow], &mut out).expect("writes");
        assert_eq!(
            String::from_utf8(out).expect("text"),
            "toko: effort of a caller, typical and in the worst case\n  \
             person   id    agent                           24 s   1 min 30 s    1 key\n\n"
        );
    }
}
