//! Which ways are drawn upwards, so that all others can lead downwards.
//!
//! Every loop has a head, the box of it that a call reaches first; the ways that lead back to a head are the ones that
//! go up. What is left of the loop without them is looked at again for loops inside (Bourdoncle 1993).

use std::collections::VecDeque;

/// For each way whether it is to be turned round. Without these, no loop is left.
pub(super) fn turned_round(boxes: usize, ways: &[(usize, usize)], root: usize) -> Vec<bool> {
    let reached = reached_order(boxes, ways, root);
    let mut turned = vec![false; ways.len()];
    loop {
        let loops = strong_components(boxes, ways, &turned);
        let mut heads: Vec<Option<usize>> = vec![None; boxes];
        for (node, &group) in loops.iter().enumerate() {
            let head = &mut heads[group];
            if head.is_none_or(|head| reached[node] < reached[head]) {
                *head = Some(node);
            }
        }
        let mut found = false;
        for (&(from, to), turned) in ways.iter().zip(&mut turned) {
            let inside = loops[from] == loops[to];
            if !*turned && inside && heads[loops[to]] == Some(to) {
                *turned = true;
                found = true;
            }
        }
        if !found {
            return turned;
        }
    }
}

/// The place of each box in the order in which calls come to it; those that no call reaches come last.
fn reached_order(boxes: usize, ways: &[(usize, usize)], root: usize) -> Vec<usize> {
    let next = neighbours(boxes, ways.iter().copied());
    let mut place: Vec<Option<usize>> = vec![None; boxes];
    let mut count = 0;
    let roots = [root].into_iter().filter(|root| *root < boxes).chain(0..boxes);
    for root in roots {
        let mut open = VecDeque::from([root]);
        while let Some(node) = open.pop_front() {
            if place[node].is_none() {
                place[node] = Some(count);
                count += 1;
                open.extend(&next[node]);
            }
        }
    }
    place.into_iter().map(|place| place.unwrap_or(count)).collect()
}

/// A number for each box; two boxes have the same if each leads to the other (Kosaraju's method).
fn strong_components(boxes: usize, ways: &[(usize, usize)], left_out: &[bool]) -> Vec<usize> {
    let kept = || ways.iter().zip(left_out).filter(|(_, out)| !**out).map(|(way, _)| *way);
    let next = neighbours(boxes, kept());
    let back = neighbours(boxes, kept().map(|(from, to)| (to, from)));
    let mut finished = Vec::new();
    let mut seen = vec![false; boxes];
    for root in 0..boxes {
        let mut open = vec![(root, false)];
        while let Some((node, done)) = open.pop() {
            if done {
                finished.push(node);
            } else if !std::mem::replace(&mut seen[node], true) {
                open.push((node, true));
                open.extend(next[node].iter().rev().map(|node| (*node, false)));
            }
        }
    }
    let mut group: Vec<Option<usize>> = vec![None; boxes];
    for &root in finished.iter().rev() {
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if group[node].is_none() {
                group[node] = Some(root);
                open.extend(back[node].iter().filter(|node| group[**node].is_none()));
            }
        }
    }
    group.into_iter().enumerate().map(|(node, group)| group.unwrap_or(node)).collect()
}

fn neighbours(boxes: usize, ways: impl Iterator<Item = (usize, usize)>) -> Vec<Vec<usize>> {
    let mut next = vec![Vec::new(); boxes];
    for (from, to) in ways {
        next[from].push(to);
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_back_to_what_was_heard_first_go_up() {
        // 0 → 1 → 2 → 3 → 1, and a loop 2 ⇄ 4 inside the first.
        let ways = [(0, 1), (1, 2), (2, 3), (3, 1), (2, 4), (4, 2)];
        assert_eq!(turned_round(5, &ways, 0), [false, false, false, true, false, true]);
    }

    #[test]
    fn without_loops_nothing_is_turned() {
        assert_eq!(turned_round(3, &[(2, 1), (1, 0), (2, 0)], 2), [false; 3]);
        assert!(turned_round(0, &[], 0).is_empty());
    }
}
