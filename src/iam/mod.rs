//! The semantics of IAM, without AWS calls and without knowledge of any control.
//!
//! A question is a [`context::Request`]: an action, a resource and what is known of the condition keys. It is put to a
//! [`access::PolicySet`], all that bounds one principal, and answered in this order:
//!
//! 1. A Deny that certainly applies, in whichever policy, refuses.
//! 2. Where no identity policy allows, nothing does; SCPs and boundaries grant nothing of their own.
//! 3. Each level of SCPs from the root to the account must allow, then the permissions boundary.
//! 4. What depends on the request (a condition, a policy variable) makes the answer conditional and names the keys; what
//!    could not be read, or what nobody can know, makes it unknown. Neither weakens a refusal that is already proven.
//!
//! Everything rests on three-valued truth ([`tri::Tri`]), so that "depends on the request" travels through every AND, OR
//! and NOT instead of being guessed away at the leaf. Resource-control policies are not evaluated: the services they
//! cover do not include Bedrock. Session policies are not known at rest and are left out: they can only narrow.
//!
//! Symbolic questions ("does this reach any model?") are put by probing the same evaluator with names that no policy
//! can spell out, never by looking at how a policy is written.

pub mod access;
pub mod actions;
mod compare;
pub mod condition;
pub mod context;
pub mod dead;
pub mod document;
mod glob;
mod json;
pub mod managed;
pub mod models;
pub mod operator;
pub mod pattern;
pub mod principal;
pub mod reach;
pub mod resource_policy;
pub mod statement;
pub mod tri;
