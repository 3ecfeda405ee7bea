//! Imports and exports as the function works them off: each row once, whoever dies at it, and what is written is what there was.

mod exporting;
mod importing;
mod support;
