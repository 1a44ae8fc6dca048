//! Equations whose matrix has one number along each diagonal, solved by Levinson's recursion.

/// The `x` for which `T·x = right`, where `T` has `row[n]` at a distance of `n` from its diagonal; `None` if there is none.
pub(super) fn solve<const N: usize>(row: &[f64; N], right: &[f64; N]) -> Option<[f64; N]> {
    let (mut predictor, mut solution) = ([0.0; N], [0.0; N]);
    let whole = row.first().copied().filter(|whole| *whole > 0.0)?;
    let mut error = whole;
    predictor[0] = 1.0;
    solution[0] = right[0] / error;
    for order in 1..N {
        let ahead: f64 = (0..order).map(|n| predictor[n] * row[order - n]).sum();
        let reflection = -ahead / error;
        for n in 0..=order / 2 {
            let (front, back) = (predictor[n], predictor[order - n]);
            predictor[n] = front + reflection * back;
            predictor[order - n] = back + reflection * front;
        }
        error *= 1.0 - reflection * reflection;
        if error <= whole * 1e-12 {
            return None;
        }
        let known: f64 = (0..order).map(|n| solution[n] * row[order - n]).sum();
        let step = (right[order] - known) / error;
        for n in 0..=order {
            solution[n] += step * predictor[order - n];
        }
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_solution_solves_its_equations() {
        let row: [f64; 50] = std::array::from_fn(|n| {
            (n as f64 * 0.7).cos() * 0.9_f64.powi(i32::try_from(n).expect("small"))
        });
        let right: [f64; 50] = std::array::from_fn(|n| ((n * n) as f64 * 0.3).sin());
        let solution = solve(&row, &right).expect("the matrix is positive");
        for (n, right) in right.iter().enumerate() {
            let left: f64 = (0..50).map(|k| row[n.abs_diff(k)] * solution[k]).sum();
            assert!((left - right).abs() < 1e-9, "{n}: {left} for {right}");
        }
        assert_eq!(solve(&[0.0; 50], &right), None);
    }
}
