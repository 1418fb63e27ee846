//! Numbers beside pointers in one value: a small structure that is returned by value is an aggregate such as `{ i64, ptr }`.
//! Where the number may be an address is known apart from where the pointer leads. Part of [`super::constraints`].

use super::constraints::Solver;
use super::object::Places;
use crate::form::{Inst, InstId, InstKind, ValueId};

impl Solver<'_, '_> {
    /// Hands on what numbers beside pointers may be.
    pub(super) fn apply_beside(&mut self, id: InstId, inst: &Inst<'_>) -> bool {
        let Some(result) = inst.result else { return false };
        let is_mixed = |value: ValueId| {
            let value = self.cx.body.value(value);
            value.holds_pointer && !value.is_pointer && value.has_room
        };
        let mut found = Places::default();
        match inst.kind {
            // A part is taken out.
            InstKind::Plain(&[whole]) if inst.keeps_bits() && is_mixed(whole) => {
                let has_room = self.cx.body.value(result).has_room;
                let known = self.provenance.beside.get(&whole).filter(|_| has_room);
                let known = known.cloned().unwrap_or_default();
                return self.provenance.add_all(result, &known);
            }
            _ if !is_mixed(result) => return false,
            InstKind::Derive(parts) if inst.keeps_bits() => {
                for part in parts {
                    if is_mixed(*part) {
                        found.extend(
                            self.provenance
                                .beside
                                .get(part)
                                .into_iter()
                                .flat_map(Places::iter),
                        );
                    } else if !self.cx.body.value(*part).holds_pointer {
                        found.add_all(self.provenance.places(*part));
                    }
                }
            }
            InstKind::Phi(_) | InstKind::Select { .. } | InstKind::Same(_) => {
                for part in inst.kind.operands() {
                    found.extend(
                        self.provenance
                            .beside
                            .get(&part)
                            .into_iter()
                            .flat_map(Places::iter),
                    );
                }
            }
            InstKind::Call(call) => {
                if let Some(effects) = self.cx.effects_of(&call) {
                    let is_revived = self.cx.body.value(result).is_revived;
                    found = self.number_of(id, call, effects.beside.iter(), is_revived);
                }
            }
            // Which of its bytes the number is would have to be found out.
            InstKind::Load(_) | InstKind::Exchange { .. } => found = self.provenance.places(result).clone(),
            _ => {}
        }
        if found.is_empty() {
            return false;
        }
        self.provenance.beside.entry(result).or_default().add_all(&found)
    }
}
