//! The semantics of IAM, without AWS calls and without knowledge of any control.
