//! Form Post Basic OP: the same modules with `response_mode=form_post`.

use super::modules::modules_of_basic_op;
use super::returned::ResponseMode;

modules_of_basic_op!(ResponseMode::FormPost);
