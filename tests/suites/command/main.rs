//! The `croft` command: exit status and messages, above all of what bad input gets. Status 0 is accepted or done, 1 rejected,
//! 2 the tool could not do its work; `run` passes on the program's own.

mod bench;
mod causes;
mod check;
mod colours;
mod effects;
mod explain;
mod help;
mod input;
mod order;
mod outputs;
mod places;
mod run;
mod sarif;
mod scale;
mod usage;
