//! The place of each vertex across the picture: near its neighbours, long ways upright, nothing on anything else.
//!
//! Every layer in turn moves to the mean of its neighbours, weighted, as near as the order and the distances allow.
//! That nearest place is found exactly (isotonic regression by pooling adjacent violators).

use super::Layered;

/// Rounds of sweeps down and up.
const ROUNDS: usize = 16;
/// The free room between two boxes or labels of a layer, in pixels.
const GAP: f64 = 26.0;
/// The same beside a line.
const LINE_GAP: f64 = 13.0;

/// The middle of each vertex; the leftmost edge is at 0.
pub(super) fn place(layered: &Layered) -> Vec<f64> {
    let mut centre = vec![0.0; layered.vertices.len()];
    for layer in &layered.layers {
        let wishes: Vec<(f64, f64)> = layer.iter().map(|_| (0.0, 1.0)).collect();
        settle(layered, layer, &wishes, &mut centre);
    }
    let nowhere: &[(usize, f64)] = &[];
    let count = layered.layers.len();
    for round in 0..ROUNDS {
        // The last rounds look both ways, so that the picture comes to rest.
        let both = round * 2 >= ROUNDS;
        for at in (0..count).chain((0..count).rev()).enumerate() {
            let (down, layer) = (at.0 < count, &layered.layers[at.1]);
            let near = |vertex: usize| {
                let above: &[_] = if down || both { &layered.above[vertex] } else { nowhere };
                let below: &[_] = if !down || both { &layered.below[vertex] } else { nowhere };
                above.iter().chain(below)
            };
            let wishes: Vec<(f64, f64)> = layer
                .iter()
                .map(|&vertex| {
                    let weight: f64 = near(vertex).map(|(_, weight)| weight).sum();
                    let sum: f64 = near(vertex).map(|(v, weight)| centre[*v] * weight).sum();
                    if weight > 0.0 { (sum / weight, weight) } else { (centre[vertex], 0.1) }
                })
                .collect();
            settle(layered, layer, &wishes, &mut centre);
        }
    }
    straighten(layered, &mut centre);
    let left = (0..centre.len()).map(|v| centre[v] - layered.vertices[v].size.width / 2.0);
    let left = left.fold(f64::INFINITY, f64::min);
    centre.iter().map(|x| x - left).collect()
}

/// Moves a layer as near to its wishes (place and weight) as order and distances allow.
fn settle(layered: &Layered, layer: &[usize], wishes: &[(f64, f64)], centre: &mut [f64]) {
    let mut offsets = Vec::with_capacity(layer.len());
    let mut offset = 0.0;
    for (at, &vertex) in layer.iter().enumerate() {
        if let Some(&before) = at.checked_sub(1).and_then(|at| layer.get(at)) {
            offset += distance(layered, before, vertex);
        }
        offsets.push(offset);
    }
    let free: Vec<(f64, f64)> =
        wishes.iter().zip(&offsets).map(|((wish, weight), off)| (wish - off, *weight)).collect();
    for ((vertex, offset), x) in layer.iter().zip(&offsets).zip(ascending(&free)) {
        centre[*vertex] = x + offset;
    }
}

/// Puts the points of long ways below each other, as far as what stands beside them leaves room.
fn straighten(layered: &Layered, centre: &mut [f64]) {
    let mut at = vec![0; layered.vertices.len()];
    for layer in &layered.layers {
        for (place, &vertex) in layer.iter().enumerate() {
            at[vertex] = place;
        }
    }
    // The room of a point between what stands left and right of it.
    let room = |vertex: usize, centre: &[f64]| {
        let layer = &layered.layers[layered.vertices[vertex].layer];
        let beside = |place: Option<usize>, limit: f64, side: f64| {
            place
                .and_then(|place| layer.get(place))
                .map_or(limit, |&other| centre[other] + side * distance(layered, other, vertex))
        };
        let low = beside(at[vertex].checked_sub(1), f64::NEG_INFINITY, 1.0);
        (low, beside(Some(at[vertex] + 1), f64::INFINITY, -1.0))
    };
    for chain in &layered.chains {
        let inner = chain.vertices.get(1..chain.vertices.len() - 1).unwrap_or(&[]);
        let mut from = 0;
        while from < inner.len() {
            let (mut low, mut high) = room(inner[from], centre);
            let mut to = from + 1;
            while let Some(&vertex) = inner.get(to) {
                let (next_low, next_high) = room(vertex, centre);
                if low.max(next_low) > high.min(next_high) {
                    break;
                }
                (low, high) = (low.max(next_low), high.min(next_high));
                to += 1;
            }
            let run = &inner[from..to];
            let mean = run.iter().map(|vertex| centre[*vertex]).sum::<f64>() / run.len() as f64;
            for &vertex in run {
                // Rounding may leave a hair between `low` and `high` on the wrong side.
                centre[vertex] = mean.max(low).min(high);
            }
            from = to;
        }
    }
}

/// The smallest distance between the middles of two neighbours in a layer.
fn distance(layered: &Layered, a: usize, b: usize) -> f64 {
    let (a, b) = (layered.vertices[a].size, layered.vertices[b].size);
    let gap = if a.width > 0.0 && b.width > 0.0 { GAP } else { LINE_GAP };
    f64::midpoint(a.width, b.width) + gap
}

/// The ascending numbers that are nearest to these (number, weight), by the sum of weighted squares.
pub(super) fn ascending(wishes: &[(f64, f64)]) -> Vec<f64> {
    // Each pool: mean, weight, members.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for &(wish, weight) in wishes {
        let mut pool = (wish, weight, 1);
        while let Some(before) = pools.pop_if(|before| before.0 > pool.0) {
            let weight = before.1 + pool.1;
            let mean = (before.0 * before.1 + pool.0 * pool.1) / weight;
            pool = (mean, weight, before.2 + pool.2);
        }
        pools.push(pool);
    }
    pools.into_iter().flat_map(|(mean, _, members)| std::iter::repeat_n(mean, members)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_the_wrong_order_meet_in_the_middle() {
        assert_eq!(
            ascending(&[(1.0, 1.0), (5.0, 1.0), (3.0, 1.0), (7.0, 1.0)]),
            [1.0, 4.0, 4.0, 7.0]
        );
        assert_eq!(ascending(&[(9.0, 1.0), (0.0, 3.0)]), [2.25, 2.25]);
        assert!(ascending(&[]).is_empty());
    }
}
