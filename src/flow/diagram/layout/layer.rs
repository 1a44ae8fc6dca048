//! The layer of each box: below everything that leads to it, and ways as short as that allows.

/// Layers between a box and the next: one for labels.
const STEP: usize = 2;

/// The layer of each box, even numbers from 0; odd ones are for labels. `edges` are (upper, lower, weight) and have
/// no loop.
pub(super) fn layers(boxes: usize, edges: &[(usize, usize, f64)]) -> Vec<usize> {
    let order = downwards(boxes, edges);
    let mut layer = vec![0; boxes];
    for &node in &order {
        for &(_, lower, _) in edges.iter().filter(|(upper, ..)| *upper == node) {
            layer[lower] = layer[lower].max(layer[node] + STEP);
        }
    }
    // A box whose ways out weigh more than its ways in comes down as far as it can. Each round may give room to others.
    for _ in 0..boxes {
        let mut moved = false;
        for &node in order.iter().rev() {
            let lowest = edges
                .iter()
                .filter(|(upper, ..)| *upper == node)
                .map(|(_, lower, _)| layer[*lower] - STEP)
                .min();
            let weight = |end: fn(&(usize, usize, f64)) -> usize| -> f64 {
                edges.iter().filter(|edge| end(edge) == node).map(|edge| edge.2).sum()
            };
            let heavier_below = weight(|edge| edge.0) > weight(|edge| edge.1);
            if let Some(lowest) = lowest.filter(|lowest| heavier_below && *lowest > layer[node]) {
                layer[node] = lowest;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    layer
}

/// The boxes in an order in which every edge leads onwards; of equals the one with the lower number first.
fn downwards(boxes: usize, edges: &[(usize, usize, f64)]) -> Vec<usize> {
    let mut waiting = vec![0_usize; boxes];
    for &(_, lower, _) in edges {
        waiting[lower] += 1;
    }
    let mut order: Vec<usize> = (0..boxes).filter(|node| waiting[*node] == 0).collect();
    let mut at = 0;
    while let Some(&node) = order.get(at) {
        at += 1;
        for &(_, lower, _) in edges.iter().filter(|(upper, ..)| *upper == node) {
            waiting[lower] -= 1;
            if waiting[lower] == 0 {
                order.push(lower);
            }
        }
    }
    debug_assert_eq!(order.len(), boxes, "loops were turned round");
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_stand_below_what_leads_to_them_and_ways_are_short() {
        // 0 → 1 → 2 → 3, and 4 → 3: 4 need not stand at the top.
        let edges = [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (4, 3, 1.0), (0, 3, 1.0)];
        assert_eq!(layers(5, &edges), [0, 2, 4, 6, 4]);
    }
}
