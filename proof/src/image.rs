//! A linked ELF file: its code, its functions, and what the loader will put where.
//!
//! Invariant *Image-I1*: [`Image::code`] hands out bytes of executable sections only, and never
//! across a place where a mapping symbol (`$a`, `$t`, `$x`, `$d`) says that something else begins.

use std::collections::{BTreeMap, BTreeSet};

use object::elf;
use object::read::elf::{ElfFile32, ElfFile64, FileHeader};
use object::{
    BinaryFormat, Endianness, File, FileKind, Object, ObjectKind, ObjectSection, ObjectSymbol,
    ObjectSymbolTable, RelocationFlags, RelocationTarget, SectionFlags, SymbolKind,
};

use crate::instruction::Place;
use crate::machine::Machine;

/// Why a file is no input.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The file cannot be read.
    #[error("cannot read `{path}`: {source}")]
    Read {
        /// As given.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// No ELF file, or a damaged one.
    #[error("not a readable ELF file: {0}")]
    NotElf(String),
    /// An object file or an archive.
    #[error("{0}: only linked code can be proven (an executable or a shared object)")]
    NotLinked(&'static str),
    /// Another processor.
    #[error("unsupported machine: {0}; supported are x86-64, 32-bit RISC-V and 32-bit ARM, little endian")]
    Machine(String),
    /// No function symbols.
    #[error("the file is stripped: it has no symbols of functions")]
    Stripped,
    /// The limits or the arguments do not fit together.
    #[error("{0}")]
    Request(String),
}

/// What a mapping symbol says of the bytes behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mapped {
    Arm,
    Thumb,
    Code,
    Data,
}

struct Range {
    start: u64,
    bytes: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Function {
    name: String,
    size: u64,
    thumb: bool,
}

/// A word that a jump or call goes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The loader puts this symbol's address there.
    Symbol(String),
    /// It holds this address of the file.
    Address(u64),
}

/// A linked ELF file.
pub struct Image {
    /// Its processor.
    pub machine: Machine,
    ranges: Vec<Range>,
    /// By address; several symbols may name one.
    functions: BTreeMap<u64, Vec<Function>>,
    mapping: BTreeMap<u64, Mapped>,
    /// Words that the loader fills.
    slots: BTreeMap<u64, Slot>,
    /// Read-only data and the global offset table.
    constants: Vec<Range>,
    /// Loaded at the address it is linked for.
    fixed: bool,
    /// Bytes of sections by kind.
    pub sizes: Sizes,
    /// What made the code, as compilers and linkers say it in the section `.comment`: sorted, with commas. Empty if they do not.
    pub makers: String,
}

/// Bytes that a file takes in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Sizes {
    /// Code and constants.
    pub text: u64,
    /// Initialised variables.
    pub data: u64,
    /// Variables that begin as zero.
    pub bss: u64,
}

impl Image {
    /// Reads a linked ELF file.
    ///
    /// # Errors
    ///
    /// [`InputError`] if it is none, is not linked, of an unknown machine, or stripped.
    pub fn parse(bytes: &[u8]) -> Result<Self, InputError> {
        let damaged = |error: object::Error| InputError::NotElf(error.to_string());
        if bytes.starts_with(b"!<arch>\n") || bytes.starts_with(b"!<thin>\n") {
            return Err(InputError::NotLinked("an archive"));
        }
        match FileKind::parse(bytes).map_err(damaged)? {
            FileKind::Elf32 | FileKind::Elf64 => {}
            other => return Err(InputError::NotElf(format!("it is {other:?}"))),
        }
        let file = File::parse(bytes).map_err(damaged)?;
        let machine = machine(bytes, &file)?;
        match file.kind() {
            ObjectKind::Executable | ObjectKind::Dynamic => {}
            ObjectKind::Relocatable => return Err(InputError::NotLinked("an object file")),
            _ => return Err(InputError::NotLinked("neither executable nor shared object")),
        }
        let mut image = Self {
            machine,
            ranges: Vec::new(),
            functions: BTreeMap::new(),
            mapping: BTreeMap::new(),
            slots: BTreeMap::new(),
            constants: Vec::new(),
            fixed: file.kind() == ObjectKind::Executable,
            sizes: Sizes::default(),
            makers: makers(&file),
        };
        image.read_sections(&file).map_err(damaged)?;
        image.read_symbols(&file);
        image.read_slots(&file);
        if image.functions.is_empty() {
            return Err(InputError::Stripped);
        }
        Ok(image)
    }

    fn read_sections(&mut self, file: &File<'_>) -> object::Result<()> {
        for section in file.sections() {
            let SectionFlags::Elf { sh_flags, .. } = section.flags() else {
                continue;
            };
            if !sh_flags.contains(elf::SHF_ALLOC) {
                continue;
            }
            let zero = section.kind().is_bss();
            let size = match (zero, sh_flags.contains(elf::SHF_WRITE)) {
                (true, _) => &mut self.sizes.bss,
                (false, true) => &mut self.sizes.data,
                (false, false) => &mut self.sizes.text,
            };
            *size = size.saturating_add(section.size());
            let table = matches!(section.name(), Ok(".got" | ".got.plt"));
            if !zero && (table || !sh_flags.contains(elf::SHF_WRITE)) {
                let bytes = section.data()?.to_vec();
                self.constants.push(Range {
                    start: section.address(),
                    bytes,
                });
            }
            if sh_flags.contains(elf::SHF_EXECINSTR) && !zero {
                self.ranges.push(Range {
                    start: section.address(),
                    bytes: section.data()?.to_vec(),
                });
            }
        }
        self.ranges.sort_by_key(|range| range.start);
        Ok(())
    }

    fn read_symbols(&mut self, file: &File<'_>) {
        for symbol in file.symbols().chain(file.dynamic_symbols()) {
            let Ok(name) = symbol.name() else { continue };
            if symbol.is_undefined() || name.is_empty() {
                continue;
            }
            let address = symbol.address();
            if self.mapped_by(name, address) {
                continue;
            }
            // Assembly often leaves the type out; a global label in code is an entry point too.
            let function = matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Unknown);
            let thumb = self.machine == Machine::Arm && address & 1 == 1;
            let address = if thumb { address & !1 } else { address };
            if !function || self.range(address).is_none() || name.starts_with(".L") {
                continue;
            }
            let at = self.functions.entry(address).or_default();
            if !at.iter().any(|known| known.name == name) {
                at.push(Function {
                    name: name.to_owned(),
                    size: symbol.size(),
                    thumb,
                });
            }
        }
    }

    fn mapped_by(&mut self, name: &str, address: u64) -> bool {
        let kind = name.split('.').next().unwrap_or_default();
        let mapped = match (self.machine, kind) {
            (Machine::Arm, "$a") => Mapped::Arm,
            (Machine::Arm, "$t") => Mapped::Thumb,
            (Machine::Arm | Machine::Riscv, "$d") => Mapped::Data,
            (Machine::Riscv, kind) if kind.starts_with("$x") => Mapped::Code,
            _ => return false,
        };
        self.mapping.insert(address, mapped);
        true
    }

    fn read_slots(&mut self, file: &File<'_>) {
        let Some(relocations) = file.dynamic_relocations() else {
            return;
        };
        for (address, relocation) in relocations {
            let slot = match (relocation.target(), relocation.flags()) {
                (RelocationTarget::Symbol(index), _) if relocation.addend() == 0 => {
                    let table = file.dynamic_symbol_table();
                    let symbol = table.and_then(|table| table.symbol_by_index(index).ok());
                    symbol.and_then(|symbol| Some(Slot::Symbol(symbol.name().ok()?.to_owned())))
                }
                (_, RelocationFlags::Elf { r_type, .. })
                    if self.machine == Machine::X86 && r_type == elf::R_X86_64_RELATIVE =>
                {
                    Some(Slot::Address(relocation.addend() as u64))
                }
                _ => None,
            };
            // A relocation that is not understood must hide what the file holds there.
            self.slots
                .insert(address, slot.unwrap_or(Slot::Symbol("an unknown symbol".into())));
        }
    }

    fn range(&self, address: u64) -> Option<&Range> {
        let after = self.ranges.partition_point(|range| range.start <= address);
        let range = self.ranges.get(after.checked_sub(1)?)?;
        ((address - range.start) < range.bytes.len() as u64).then_some(range)
    }

    /// The code at a place: at most `most` bytes, fewer where the section or the code ends.
    ///
    /// # Errors
    ///
    /// A reason if there is no code, or code of another kind.
    pub fn code(&self, place: Place, most: usize) -> Result<&[u8], &'static str> {
        let range = self
            .range(place.address)
            .ok_or("leads outside the code of this file")?;
        let offset = (place.address - range.start) as usize;
        let mut end = range.bytes.len().min(offset.saturating_add(most));
        let mapped = self.mapping.range(range.start..=place.address).next_back();
        match mapped.map(|(_, &mapped)| mapped) {
            Some(Mapped::Data) => return Err("leads into data among the code"),
            Some(Mapped::Arm) if place.thumb => return Err("enters A32 code as Thumb"),
            Some(Mapped::Thumb) if !place.thumb => return Err("enters Thumb code as A32"),
            _ => {}
        }
        let kind = mapped.map(|(_, &mapped)| mapped);
        let changes = self
            .mapping
            .range(place.address.saturating_add(1)..)
            .find(|&(_, &next)| Some(next) != kind);
        if let Some((&next, _)) = changes {
            end = end.min(usize::try_from(next - range.start).unwrap_or(usize::MAX));
        }
        Ok(&range.bytes[offset..end.max(offset)])
    }

    /// Name of the function that contains the address: its symbol, or an address if it has none.
    pub fn function_at(&self, address: u64) -> String {
        let Some((&start, functions)) = self.functions.range(..=address).next_back() else {
            return format!("{address:#x}");
        };
        let name = functions
            .iter()
            .map(|function| &function.name)
            .min()
            .expect("never empty");
        match demangled(name) {
            name if start == address || functions.iter().any(|f| f.size == 0 || address - start < f.size) => {
                name
            }
            name => format!("{name}+{:#x}", address - start),
        }
    }

    /// Places of the functions of that name, given as the symbol or as demangled without hash.
    pub fn find(&self, name: &str) -> BTreeSet<Place> {
        let mut found = BTreeSet::new();
        for (&address, functions) in &self.functions {
            for function in functions {
                if function.name == name || demangled(&function.name) == name {
                    found.insert(Place {
                        address,
                        thumb: function.thumb,
                    });
                }
            }
        }
        found
    }

    /// What the word at this address holds while the program runs, if that is certain: the loader
    /// puts it there, or it is in a read-only section or the global offset table.
    pub fn slot(&self, address: u64) -> Option<Slot> {
        if let Some(slot) = self.slots.get(&address) {
            return Some(slot.clone());
        }
        let bytes = self.machine.pointer_bytes() as usize;
        let held = self.constants.iter().filter(|_| self.fixed).find_map(|range| {
            let offset = usize::try_from(address.checked_sub(range.start)?).ok()?;
            range.bytes.get(offset..offset.checked_add(bytes)?)
        })?;
        let mut word = [0; 8];
        word[..bytes].copy_from_slice(held);
        Some(Slot::Address(u64::from_le_bytes(word)))
    }
}

fn demangled(name: &str) -> String {
    match rustc_demangle::try_demangle(name) {
        Ok(demangled) => format!("{demangled:#}"),
        Err(_) => name.to_owned(),
    }
}

/// See [`Image::makers`].
fn makers(file: &File<'_>) -> String {
    let comment = file
        .section_by_name(".comment")
        .and_then(|section| section.data().ok());
    let texts = String::from_utf8_lossy(comment.unwrap_or_default()).into_owned();
    // What would end a cell of a table, or a line, is in no compiler's name.
    let names: BTreeSet<String> = texts
        .split('\0')
        .map(|text| text.replace(['|', '\n', '\r'], " ").trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect();
    Vec::from_iter(names).join(", ")
}

fn machine(bytes: &[u8], file: &File<'_>) -> Result<Machine, InputError> {
    debug_assert_eq!(file.format(), BinaryFormat::Elf);
    let code = match file {
        File::Elf32(_) => {
            ElfFile32::<Endianness>::parse(bytes).map(|elf| elf.elf_header().e_machine(elf.endian()))
        }
        _ => ElfFile64::<Endianness>::parse(bytes).map(|elf| elf.elf_header().e_machine(elf.endian())),
    };
    let code = code.map_err(|error| InputError::NotElf(error.to_string()))?;
    let wide = file.is_64();
    match code {
        _ if !file.is_little_endian() => Err(InputError::Machine("big endian".into())),
        elf::EM_X86_64 if wide => Ok(Machine::X86),
        elf::EM_RISCV if !wide => Ok(Machine::Riscv),
        elf::EM_ARM if !wide => Ok(Machine::Arm),
        _ => Err(InputError::Machine(format!(
            "{:?} ({} bits)",
            file.architecture(),
            if wide { 64 } else { 32 }
        ))),
    }
}
