//! What every operation of the Hetzner Robot web service answers, and how it refuses.

mod input;
mod operations;
mod refusals;
mod shapes;
