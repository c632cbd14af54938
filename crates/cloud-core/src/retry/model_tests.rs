//! The budget under a few calls, in all orders of what they do to it: see [`schedules`](crate::schedules).

use super::*;
use crate::schedules;

impl Budget {
    pub(crate) fn holding(tokens: u32) -> Self {
        Self(AtomicU32::new(tokens))
    }

    pub(crate) fn left(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a call may do next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Reserve(Failure<'static>),
    Send,
    Succeed,
    Drop,
}

/// A call and what it has cost, as seen from outside.
struct One<'b> {
    spending: Spending<'b>,
    sent: u32,
    reserved: u32,
    retries: u32,
}

impl One<'_> {
    fn steps(&self) -> Vec<Step> {
        let mut steps = vec![Step::Drop];
        if self.reserved > 0 {
            steps.push(Step::Send);
            return steps;
        }
        steps.push(Step::Succeed);
        if self.retries < 2 {
            steps.extend([Failure::Timeout, Failure::NotSent].map(Step::Reserve));
        }
        steps
    }
}

/// Two or three calls that begin with so many tokens. Gives how many schedules there are, and how often a retry was
/// refused.
fn try_all(calls: usize, tokens: u32) -> (usize, usize) {
    let mut refused = 0;
    let schedules = schedules::all(|schedule| {
        let budget = Budget::holding(tokens);
        let mut under_way: Vec<_> = (0..calls)
            .map(|_| One {
                spending: Spending::new(&budget),
                sent: 0,
                reserved: 0,
                retries: 0,
            })
            .collect();
        let mut expected = tokens;
        while !under_way.is_empty() {
            let steps: Vec<_> = under_way
                .iter()
                .enumerate()
                .flat_map(|(number, one)| one.steps().into_iter().map(move |step| (number, step)))
                .collect();
            let (number, step) = steps[schedule.choose(steps.len())];
            let one = &mut under_way[number];
            match step {
                Step::Reserve(failure) => {
                    let price = if failure == Failure::Timeout { 10 } else { 5 };
                    let paid = one.spending.reserve(&failure);
                    assert_eq!(paid, price <= expected, "all that is there can be used");
                    if paid {
                        expected -= price;
                        one.reserved = price;
                        one.retries += 1;
                    } else {
                        refused += 1;
                        under_way.remove(number);
                    }
                }
                Step::Send => {
                    one.spending.sent();
                    one.sent += std::mem::take(&mut one.reserved);
                }
                Step::Succeed => {
                    one.spending.refund();
                    expected = (expected + one.sent.max(1)).min(500);
                    under_way.remove(number);
                }
                Step::Drop => {
                    // What was sent stays paid.
                    expected = (expected + one.reserved).min(500);
                    under_way.remove(number);
                }
            }
            assert_eq!(budget.left(), expected);
        }
    });
    (schedules, refused)
}

#[test]
fn the_budget_is_what_it_was_less_what_failed_in_all_orders() {
    for (calls, tokens) in [(2, 500), (2, 494), (2, 12), (2, 5), (2, 0)] {
        let (schedules, refused) = try_all(calls, tokens);
        println!(
            "{calls} calls, {tokens} tokens: {schedules} schedules, {refused} retries refused"
        );
        // Two calls of two retries, ten tokens each at most.
        assert_eq!(refused > 0, tokens < 40);
    }
}
