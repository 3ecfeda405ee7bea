//! Basic OP: the code flow answered by query.

use super::modules::modules_of_basic_op;
use super::returned::ResponseMode;

modules_of_basic_op!(ResponseMode::Query);
