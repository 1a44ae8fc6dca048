//! A caller in line whom somebody leads to another queue.
//!
//! The wait goes on, and the place is kept. Where the flow has a node for the new queue, in the same subflow, that node's
//! music, announcements, keys, offers, whisper and ways out hold from then on; the record tells that the one before was
//! left by `moved`. Where it has none, those of the present node go on.

use super::line::InLine;
use super::state::State;
use super::{Moment, Session};
use crate::call::{CommandKind, HOLD_MUSIC, QueueId, SoundId};
use crate::flow::{Flow, NodeIndex, QueueNode, Verb};

impl Session {
    pub(super) fn led(
        &mut self,
        mut line: Box<InLine>,
        queue: &QueueId,
        position: u32,
        at: Moment<'_>,
    ) {
        self.journal.queue_led(queue);
        line.moved(position);
        self.memory.set_queue_position(Some(position));
        let flow = self.program.flow.clone();
        if let Some((node, own)) = node_of(&flow, queue, line.node) {
            let here = flow.node(node);
            self.journal.leave("moved");
            self.journal.enter(&here.id, here.verb.name(), at.now);
            // The loop fuse counts what a flow does by itself.
            self.budget.news();
            let music = own.music.clone().unwrap_or_else(|| SoundId::from(HOLD_MUSIC));
            self.command(CommandKind::Music(Some(music)));
            let callable = self.memory.facts().origin.caller.number.is_some();
            line.led(node, own, callable, at.now);
        }
        self.state = State::Queued(line);
    }
}

/// The first node of a flow that leads into a queue, beside the present one; `None` where the present one does, or none
/// does.
fn node_of<'f>(
    flow: &'f Flow,
    queue: &QueueId,
    present: NodeIndex,
) -> Option<(NodeIndex, &'f QueueNode)> {
    let leads = |node: &'f crate::flow::Node| match &node.verb {
        Verb::Queue(own) if own.queue == *queue => Some(own),
        _ => None,
    };
    if leads(flow.node(present)).is_some() {
        return None;
    }
    let subflow = flow.node(present).subflow;
    let mut nodes = flow.places().filter(|(_, node)| node.subflow == subflow);
    nodes.find_map(|(index, node)| Some((index, leads(node)?)))
}
