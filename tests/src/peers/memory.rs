//! W2: memory of a region of 64 MiB, resident and reserved, as a multiple of the payload.

use super::program::Program;
use super::workload::LARGE_REGION;
use crate::process;

/// Multiples of the payload.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// The most that was resident.
    pub resident: f64,
    /// The most address space. Of a static pool it says nothing: that is as large as was asked for.
    pub reserved: f64,
}

/// What the program used at 64 MiB more than with a single object; `None` if it has no such workload.
///
/// # Errors
/// When a run fails.
pub fn of(program: &Program) -> Result<Option<Memory>, String> {
    let figures = |bytes: usize| {
        let arguments = [
            "large".to_owned(),
            bytes.to_string(),
            "0".to_owned(),
            "memory".to_owned(),
        ];
        let run = process::run(&mut program.command(&[], &arguments));
        if run.code == Some(2) {
            return Ok(None);
        }
        let stdout = run.expect(0)?.stdout;
        let numbers: Vec<f64> = stdout
            .split_whitespace()
            .filter_map(|number| number.parse().ok())
            .collect();
        <[f64; 3]>::try_from(numbers)
            .map(Some)
            .map_err(|_| format!("three numbers were expected: {stdout}"))
    };
    let (Some(few), Some(many)) = (figures(1)?, figures(LARGE_REGION)?) else {
        return Ok(None);
    };
    let payload = many[0] - few[0];
    Ok(Some(Memory {
        resident: (many[1] - few[1]) / payload,
        reserved: (many[2] - few[2]) / payload,
    }))
}
