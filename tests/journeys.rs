//! What no crate can say about itself: who depends on whom, what the templates grant, and whether a person gets from an app to the pages and back.

mod architecture;
mod journey;
mod lints;
mod protocols;
mod repository;
mod template;
