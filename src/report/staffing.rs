//! How many agents a load needs: Erlang B, C and A.
//!
//! `a = arrivals × handle time` is the load in erlang. **B**: nobody waits, who finds all agents busy is refused.
//! **C** (M/M/n): everybody waits for as long as it takes; it needs more agents than erlangs. **A** (M/M/n+M, C. Palm):
//! callers lose patience; it holds for any number of agents. All three assume one skill and times that vary as the
//! exponential distribution does. Where callers lose patience, C asks for too many agents. C. Palm 1957; Garnett,
//! Mandelbaum and Reiman, "Designing a call center with impatient customers", 2002.

use crate::time::Duration;

/// The most agents that are reckoned with.
pub const MAX_AGENTS: u32 = 10_000;

/// What is neglected of a probability.
const NEGLECTED: f64 = 1e-12;

/// The most callers in line that are reckoned with: beyond, less than [`NEGLECTED`] is left in any sensible case.
const MAX_LINE: u32 = 200_000;

/// What comes in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Contacts.
    pub calls: f64,
    /// In this time.
    pub per: Duration,
    /// Average time of talk, hold and wrap-up.
    pub handle_time: Duration,
    /// How long a caller waits on average before they hang up; `None` = for ever.
    pub patience: Option<Duration>,
    /// A wait of at most this is in time.
    pub target: Duration,
}

/// What so many agents make of a load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlook {
    /// The agents.
    pub agents: u32,
    /// The share that is answered in time, of all contacts.
    pub level: f64,
    /// The average wait, in seconds, of all contacts.
    pub wait: f64,
    /// The share of the agents' time that is work.
    pub occupancy: f64,
    /// The share that hangs up in line.
    pub abandoned: f64,
}

impl Load {
    /// The load in erlang.
    #[must_use]
    pub fn erlangs(&self) -> f64 {
        self.calls * seconds(self.handle_time) / seconds(self.per).max(f64::MIN_POSITIVE)
    }

    /// What that many agents make of it: by Erlang A where patience is known, else by Erlang C. `None` where the line
    /// would grow without end.
    #[must_use]
    pub fn outlook(&self, agents: u32) -> Option<Outlook> {
        match self.patience {
            Some(patience) => self.impatient(agents, patience),
            None => self.patient(agents),
        }
    }

    /// The fewest agents with which at least `share` of all contacts are answered in time; `None` if not even
    /// [`MAX_AGENTS`] are enough.
    #[must_use]
    pub fn agents(&self, share: f64) -> Option<u32> {
        let enough = |n| self.outlook(n).is_some_and(|outlook| outlook.level >= share);
        // More agents are never worse: doubled until they are enough, then halved.
        let mut high = 1;
        while !enough(high) {
            high *= 2;
            if high > MAX_AGENTS {
                return None;
            }
        }
        let mut low = high / 2;
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if enough(middle) { high = middle } else { low = middle }
        }
        Some(high)
    }

    /// Erlang C: `C = n·B / (n − a(1 − B))`, `SL = 1 − C·e^(−(n−a)T/AHT)`, `ASA = C·AHT / (n − a)`.
    fn patient(&self, agents: u32) -> Option<Outlook> {
        let (a, n) = (self.erlangs(), f64::from(agents));
        if n <= a {
            return None;
        }
        let (handle, target) = (seconds(self.handle_time), seconds(self.target));
        if a <= 0.0 {
            return Some(Outlook { agents, level: 1.0, wait: 0.0, occupancy: 0.0, abandoned: 0.0 });
        }
        let waits = erlang_c(a, agents);
        let level = 1.0 - waits * (-(n - a) * target / handle).exp();
        let wait = waits * handle / (n - a);
        Some(Outlook { agents, level, wait, occupancy: a / n, abandoned: 0.0 })
    }

    /// Erlang A: birth and death with deaths at `min(k, n)/AHT + max(0, k − n)/patience`, normalised in log space.
    fn impatient(&self, agents: u32, patience: Duration) -> Option<Outlook> {
        let (a, n) = (self.erlangs(), f64::from(agents));
        let (handle, theta) = (seconds(self.handle_time), 1.0 / seconds(patience));
        if !theta.is_finite() || agents == 0 {
            return None;
        }
        if a <= 0.0 {
            return Some(Outlook { agents, level: 1.0, wait: 0.0, occupancy: 0.0, abandoned: 0.0 });
        }
        let (rate, mu) = (a / handle, 1.0 / handle);
        let states = states(rate, mu, theta, agents);
        let line: f64 = states.iter().map(|(k, p)| (f64::from(*k) - n).max(0.0) * p).sum();
        let busy: f64 = states.iter().map(|(k, p)| f64::from(*k).min(n) * p).sum();
        let target = seconds(self.target);
        let level = states.iter().map(|(k, p)| p * served_within(*k, agents, mu, theta, target));
        Some(Outlook {
            agents,
            level: level.sum::<f64>().clamp(0.0, 1.0),
            wait: line / rate,
            occupancy: (busy / n).min(1.0),
            abandoned: (line * theta / rate).clamp(0.0, 1.0),
        })
    }
}

/// The share of contacts that `n` agents without a line refuse: `B_0 = 1`, `B_k = a·B_(k−1) / (k + a·B_(k−1))`.
#[must_use]
pub fn erlang_b(erlangs: f64, agents: u32) -> f64 {
    (1..=agents).fold(1.0, |b, k| erlangs * b / (f64::from(k) + erlangs * b))
}

/// The share of contacts that have to wait, where they wait as long as it takes; 1 where the line grows without end.
#[must_use]
pub fn erlang_c(erlangs: f64, agents: u32) -> f64 {
    let n = f64::from(agents);
    if n <= erlangs {
        return 1.0;
    }
    let b = erlang_b(erlangs, agents);
    n * b / (n - erlangs * (1.0 - b))
}

/// How many must be on the roster so that `agents` are there, where the share `shrinkage` of their time is spent
/// otherwise; `None` if all of it is.
#[must_use]
pub fn scheduled(agents: u32, shrinkage: f64) -> Option<u32> {
    if !(0.0..1.0).contains(&shrinkage) {
        return None;
    }
    let fit = |count: &u32| f64::from(*count) * (1.0 - shrinkage) >= f64::from(agents) - 1e-9;
    // Searched rather than divided and rounded, so that nothing depends on the last bit.
    (agents..=agents.saturating_mul(1_000)).find(fit)
}

/// How probable it is that `k` contacts are there, for each `k` that matters.
fn states(rate: f64, mu: f64, theta: f64, agents: u32) -> Vec<(u32, f64)> {
    let mut logs = vec![0.0_f64];
    let mut top = 0.0_f64;
    for k in 1..=agents.saturating_add(MAX_LINE) {
        let served = f64::from(k.min(agents)) * mu;
        let lost = f64::from(k.saturating_sub(agents)) * theta;
        let log = logs.last().copied().unwrap_or(0.0) + (rate / (served + lost)).ln();
        logs.push(log);
        top = top.max(log);
        if k > agents && log < top + NEGLECTED.ln() && served + lost > rate {
            break;
        }
    }
    let sum: f64 = logs.iter().map(|log| (log - top).exp()).sum();
    (0..).zip(logs).map(|(k, log)| (k, (log - top).exp() / sum)).collect()
}

/// How probable it is that a contact that finds `k` others is answered within `target` seconds.
///
/// Before it stand `k − n`, who are served or lose patience one by one; it is answered when the last of them is gone and
/// one more agent is free, unless it has lost patience itself by then.
fn served_within(k: u32, agents: u32, mu: f64, theta: f64, target: f64) -> f64 {
    if k < agents {
        return 1.0;
    }
    let before = k - agents;
    let rate = f64::from(agents) * mu;
    integral(target, |t| density(before, rate, theta, t) * (-theta * t).exp())
}

/// The density of the sum of steps at rates `rate`, `rate + θ`, … `rate + before·θ`, at `t`.
///
/// A pure death process from `before` callers with rates `rate + j·θ`: its closed form is
/// `rate_0 · Γ(r + m + 1) / (Γ(r + 1)·m!) · (1 − e^(−θt))^m · e^(−rate·t)` with `r = rate/θ`, `m = before`.
fn density(before: u32, rate: f64, theta: f64, t: f64) -> f64 {
    let (r, m) = (rate / theta, f64::from(before));
    let gone = -(-theta * t).exp_m1();
    let power = if before == 0 { 0.0 } else { m * gone.ln() };
    let log = rate.ln() + log_gamma(r + m + 1.0) - log_gamma(r + 1.0) - log_gamma(m + 1.0) + power
        - rate * t;
    log.exp()
}

/// The integral from 0 to `end`, by Simpson's rule.
fn integral(end: f64, f: impl Fn(f64) -> f64) -> f64 {
    /// Even; the integrand is smooth, and a figure is printed to a tenth of a percent.
    const STEPS: u32 = 256;
    let h = end / f64::from(STEPS);
    let inner: f64 =
        (1..STEPS).map(|n| f(h * f64::from(n)) * if n % 2 == 1 { 4.0 } else { 2.0 }).sum();
    (f(0.0) + inner + f(end)) * h / 3.0
}

/// The natural logarithm of the gamma function, for arguments of at least 1 (Stirling's series after a shift; good to
/// 1e-12).
fn log_gamma(x: f64) -> f64 {
    let mut shift = 0.0;
    let mut x = x;
    while x < 10.0 {
        shift += x.ln();
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let series = inverse / 12.0 * (1.0 - square / 30.0 * (1.0 - square * (2.0 / 7.0)));
    (x - 0.5) * x.ln() - x + 0.918_938_533_204_672_7 + series - shift
}

fn seconds(span: Duration) -> f64 {
    span.as_micros() as f64 / 1e6
}

#[cfg(test)]
mod tests;
