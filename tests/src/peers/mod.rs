//! Benchmarks beside the peers: `make bench`. docs/BENCHMARKS.md has the method.
//!
//! *Programs* ([`program`]) run *workloads* ([`workload`]) on one peer each. What gates is counted: instructions of two runs under
//! callgrind, of which the difference is that of the iterations ([`count`]), and of single operations, stepped through one by one
//! ([`worst`]). Times ([`time`]) and memory ([`memory`]) inform. [`limits`] has the goals and what must not get worse, [`table`] the
//! tables, [`whole`] whole programs over malloc and over regions.

pub mod count;
pub mod limits;
pub mod memory;
pub mod page;
pub mod program;
pub mod table;
pub mod time;
pub mod whole;
pub mod workload;
pub mod worst;
