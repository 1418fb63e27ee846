//! Contexts and a cache under operations that the input chooses, against the model of the runtime's tests.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::Step;

#[path = "../../runtime/tests/hosted/model.rs"]
mod model;

/// Reads steps: a byte for the operation, two for each number.
struct Input<'i>(std::slice::Iter<'i, u8>);

impl Input<'_> {
    fn byte(&mut self) -> Option<usize> {
        self.0.next().map(|&byte| usize::from(byte))
    }

    fn number(&mut self) -> Option<usize> {
        Some(self.byte()? << 8 | self.byte()?)
    }

    /// Small sizes, and larger ones with the same number of bytes.
    fn size(&mut self) -> Option<usize> {
        let number = self.number()?;
        Some(if number < 0x8000 {
            number % 600
        } else {
            (number - 0x8000) * 12
        })
    }
}

impl Iterator for Input<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let operation = self.byte()?;
        Some(match operation % 27 {
            0 | 1 => Step::Alloc {
                size: self.size()?,
                align: self.byte()? as u32 % 18,
                zero: operation >= 128,
            },
            2 => Step::Free(self.number()?),
            3 => Step::FreeAgain(self.number()?),
            4 => Step::Inside(self.number()?, self.number()?),
            5 => Step::Resize(self.number()?, self.size()?),
            6 => Step::Open(self.number()?),
            7 => Step::Dup(self.number()?),
            8 => Step::Close(self.number()?),
            9 => Step::CloseAgain(self.number()?),
            10 => Step::Retain(self.number()?),
            11 if operation >= 192 => Step::Trim,
            11 => Step::Refuse(operation >= 128),
            12 => Step::Switch(self.number()?),
            13 => Step::Create {
                is_child: operation >= 128,
                is_debug: self.byte()? >= 192,
            },
            14 => Step::Destroy(self.number()?),
            15 => Step::Whose(self.number()?),
            16 | 17 => Step::OpenWith(self.number()?),
            18 => Step::Register,
            19 => Step::RunCleanup(self.number()?),
            20 => Step::Cancel(self.number()?),
            21 => Step::Mark,
            22 => Step::Buffer(self.size()?),
            23 => Step::FreeBuffer(self.number()?),
            24 => Step::ResizeBuffer(self.number()?, self.size()?),
            25 if operation >= 128 => Step::Charge(self.size()?),
            25 => Step::Uncharge(self.size()?),
            _ => Step::TrimCache(self.size()?),
        })
    }
}

fuzz_target!(|input: &[u8]| model::run(Input(input.iter())));
