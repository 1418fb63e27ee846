//! The regions that a function opens, and all that becomes of their handles.

use super::facts::Facts;
use crate::llvm::Value;
use crate::operation::Operation;
use inkwell::llvm_sys::LLVMOpcode;

/// A region that is opened here, whose handle goes into operations and into calls that only borrow it, and nowhere else.
#[derive(Clone, Debug)]
pub struct Site<'m> {
    /// Opens it; the handle.
    pub push: Value<'m>,
    /// Its budget in bytes, if it has one.
    pub budget: Option<Value<'m>>,
    /// Allocations into it.
    pub allocations: Vec<Value<'m>>,
    /// Ends it.
    pub pops: Vec<Value<'m>>,
    /// Ends its objects.
    pub resets: Vec<Value<'m>>,
    /// Uses that do nothing.
    pub keeps: Vec<Value<'m>>,
    /// Registrations of cleanups.
    pub cleanups: Vec<Value<'m>>,
    /// Calls that are given it.
    pub calls: Vec<Value<'m>>,
}

impl<'m> Site<'m> {
    /// The regions of a function, in the order of its text.
    pub fn all(function: Value<'m>, facts: &Facts<'m>) -> Vec<Site<'m>> {
        function
            .blocks()
            .flat_map(|block| block.instructions().collect::<Vec<_>>())
            .filter_map(|inst| Site::of(inst, facts))
            .collect()
    }

    fn of(push: Value<'m>, facts: &Facts<'m>) -> Option<Site<'m>> {
        let operation = plain_operation(push)?;
        if !matches!(operation, Operation::Push | Operation::PushBounded) {
            return None;
        }
        let mut site = Site {
            push,
            budget: push.arguments().first().copied(),
            allocations: Vec::new(),
            pops: Vec::new(),
            resets: Vec::new(),
            keeps: Vec::new(),
            cleanups: Vec::new(),
            calls: Vec::new(),
        };
        let mut users = push.users();
        users.sort_unstable_by_key(|user| user.raw());
        users.dedup();
        for user in users {
            let mut given = user.arguments().into_iter().enumerate();
            let at: Vec<usize> = given
                .by_ref()
                .filter(|(_, value)| *value == push)
                .map(|(at, _)| at)
                .collect();
            // As the callee, in a bundle, or in anything but a call.
            if at.is_empty() || user.operands().filter(|operand| *operand == push).count() != at.len() {
                return None;
            }
            match operation_of(user) {
                None if at.iter().all(|at| facts.lends(user, *at)) => site.calls.push(user),
                Some(operation) if at == [0] && plain_operation(user).is_some() => match operation {
                    Operation::Pop => site.pops.push(user),
                    Operation::Reset => site.resets.push(user),
                    Operation::Keepalive => site.keeps.push(user),
                    Operation::Alloc
                    | Operation::AllocArray
                    | Operation::TryAlloc
                    | Operation::TryAllocArray => site.allocations.push(user),
                    Operation::Cleanup | Operation::RegisterCleanup | Operation::TryRegisterCleanup => {
                        site.cleanups.push(user);
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
        Some(site)
    }

    /// Every instruction that mentions the handle.
    pub fn uses(&self) -> impl Iterator<Item = Value<'m>> + '_ {
        let all = [
            &self.allocations,
            &self.pops,
            &self.resets,
            &self.keeps,
            &self.cleanups,
            &self.calls,
        ];
        all.into_iter().flatten().copied()
    }
}

/// The operation that an instruction is, even where the front end wrote an invoke.
pub fn operation_of(inst: Value<'_>) -> Option<Operation> {
    let callee = inst.callee().filter(|callee| callee.is_function())?;
    Operation::from_name(&callee.name())
}

/// The operation that an instruction is, if it is a plain call.
pub fn plain_operation(inst: Value<'_>) -> Option<Operation> {
    (inst.opcode() == Some(LLVMOpcode::LLVMCall))
        .then(|| operation_of(inst))
        .flatten()
}

/// A request whose size and alignment are constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Bytes, at least one, rounded up to whole steps of [`STEP`].
    pub size: u64,
    /// A power of two, at least [`STEP`].
    pub align: u64,
}

/// What every object is aligned to, in bytes.
pub const STEP: u64 = 8;

impl Request {
    /// What an allocation asks for, if that is constant, at least a byte, and the alignment a power of two.
    pub fn of(allocation: Value<'_>) -> Option<Request> {
        let arguments = allocation.arguments();
        let (align, sizes) = arguments.get(1..)?.split_last()?;
        let constant = |value: &Value<'_>| value.as_integer().and_then(|value| u64::try_from(value).ok());
        let size = sizes
            .iter()
            .try_fold(1u64, |product, size| product.checked_mul(constant(size)?))?;
        let align = constant(align)?;
        (size > 0 && align.is_power_of_two()).then_some(Request {
            size: size.checked_next_multiple_of(STEP)?,
            align: align.max(STEP),
        })
    }
}
