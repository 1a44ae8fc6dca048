//! The order inside each layer: as few crossings as a good search finds.
//!
//! Sweeps down and up put each vertex at the mean place of its neighbours (barycentre), then neighbours in a layer
//! change places where that helps. The best order seen wins.

use super::Layered;

/// Sweeps over all layers.
const SWEEPS: usize = 24;
/// Rounds of exchanges after each sweep.
const EXCHANGES: usize = 8;

/// Orders every layer.
pub(super) fn order(layered: &mut Layered) {
    begin(layered);
    let mut best = (crossings(layered), layered.layers.clone());
    for sweep in 0..SWEEPS {
        sort_by_mean(layered, sweep % 2 == 0);
        exchange(layered);
        let count = crossings(layered);
        if count < best.0 {
            best = (count, layered.layers.clone());
        }
        if count == 0 {
            break;
        }
    }
    layered.layers = best.1;
}

/// A first order: along the ways from the top, so that what belongs together stands together.
fn begin(layered: &mut Layered) {
    let mut seen = vec![false; layered.vertices.len()];
    let mut fresh = vec![Vec::new(); layered.layers.len()];
    for roots in &layered.layers {
        for &root in roots {
            let mut open = vec![root];
            while let Some(vertex) = open.pop() {
                if !std::mem::replace(&mut seen[vertex], true) {
                    fresh[layered.vertices[vertex].layer].push(vertex);
                    open.extend(layered.below[vertex].iter().rev().map(|(below, _)| *below));
                }
            }
        }
    }
    layered.layers = fresh;
}

/// The place of each vertex in its layer.
fn places(layered: &Layered) -> Vec<usize> {
    let mut place = vec![0; layered.vertices.len()];
    for layer in &layered.layers {
        for (at, &vertex) in layer.iter().enumerate() {
            place[vertex] = at;
        }
    }
    place
}

/// Sorts each layer by the mean place of the neighbours in the layer before; who has none keeps its place.
fn sort_by_mean(layered: &mut Layered, downwards: bool) {
    let mut place = places(layered);
    let count = layered.layers.len();
    for step in 1..count {
        let at = if downwards { step } else { count - 1 - step };
        let before = if downwards { &layered.above } else { &layered.below };
        let mean = |vertex: usize| -> f64 {
            let near = &before[vertex];
            let sum: usize = near.iter().map(|(other, _)| place[*other]).sum();
            if near.is_empty() { place[vertex] as f64 } else { sum as f64 / near.len() as f64 }
        };
        let mut layer: Vec<(f64, usize)> =
            layered.layers[at].iter().map(|vertex| (mean(*vertex), *vertex)).collect();
        layer.sort_by(|a, b| a.0.total_cmp(&b.0));
        layered.layers[at] = layer.into_iter().map(|(_, vertex)| vertex).collect();
        for (at, &vertex) in layered.layers[at].iter().enumerate() {
            place[vertex] = at;
        }
    }
}

/// Lets neighbours in a layer change places as long as ways cross less often.
fn exchange(layered: &mut Layered) {
    let mut place = places(layered);
    for _ in 0..EXCHANGES {
        let mut better = false;
        for layer in 0..layered.layers.len() {
            for at in 1..layered.layers[layer].len() {
                let (left, right) = (layered.layers[layer][at - 1], layered.layers[layer][at]);
                let now = crossings_of(layered, left, right, &place);
                let then = crossings_of(layered, right, left, &place);
                if then < now {
                    layered.layers[layer].swap(at - 1, at);
                    place.swap(left, right);
                    better = true;
                }
            }
        }
        if !better {
            return;
        }
    }
}

/// How often the ways of two neighbours cross each other.
fn crossings_of(layered: &Layered, left: usize, right: usize, place: &[usize]) -> usize {
    [&layered.above, &layered.below]
        .iter()
        .map(|near| {
            let pairs =
                near[left].iter().flat_map(|(a, _)| near[right].iter().map(move |b| (a, b.0)));
            pairs.filter(|(a, b)| place[**a] > place[*b]).count()
        })
        .sum()
}

/// How often ways cross, over all layers.
fn crossings(layered: &Layered) -> usize {
    let place = places(layered);
    let mut count = 0;
    for layer in &layered.layers {
        let mut ends: Vec<usize> = Vec::new();
        for &vertex in layer {
            let mut below: Vec<usize> =
                layered.below[vertex].iter().map(|(below, _)| place[*below]).collect();
            below.sort_unstable();
            // `ends` stays sorted: what lies right of an end and came earlier crosses it.
            for end in &below {
                count += ends.len() - ends.partition_point(|earlier| earlier <= end);
            }
            for end in below {
                ends.insert(ends.partition_point(|earlier| *earlier <= end), end);
            }
        }
    }
    count
}
