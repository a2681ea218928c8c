//! Weights as a safetensors file: read with every size checked first, and written.

use std::io::{Read, Seek, SeekFrom};

use candle_core::{DType, Device, Tensor};
use plaudit_core::{Error, Result};
use safetensors::tensor::{Dtype, Metadata, TensorView};

use crate::parameters::{ParameterSpec, Parameters, Weight, values};

/// The most bytes of the header of a file of weights.
pub(crate) const MAX_HEADER: u64 = 1 << 20;
/// The bytes before the header, which hold its length.
const LENGTH: u64 = 8;
/// The most faults of one kind that a message names.
const SHOWN: usize = 6;

/// The tensors of a file, of which only the header has been read.
pub(crate) struct Tensors<R> {
    /// The file's name, for messages.
    name: String,
    header: Metadata,
    /// Where the first tensor begins.
    start: u64,
    source: R,
}

impl<R: Read + Seek> Tensors<R> {
    /// Reads the header of a file of `len` bytes, and checks that it describes each of them.
    pub(crate) fn open(mut source: R, len: u64, name: String) -> Result<Self> {
        let mut size = [0; LENGTH as usize];
        let Some(rest) = len.checked_sub(LENGTH) else {
            return Err(Error::format(name, format!("has {len} bytes, expected the header of a safetensors file")));
        };
        source.read_exact(&mut size).map_err(|error| Error::io(&name, error))?;
        let size = u64::from_le_bytes(size);
        if size > rest.min(MAX_HEADER) {
            let most = format!("at most {MAX_HEADER} bytes, in a file of {len}");
            return Err(Error::format(
                name,
                format!("expected a safetensors file with a header of {most}, found {size}"),
            ));
        }
        let mut header = vec![0; size as usize];
        source.read_exact(&mut header).map_err(|error| Error::io(&name, error))?;
        let header: Metadata = serde_json::from_slice(&header).map_err(|error| Error::malformed(&name, error))?;
        if header.data_len() as u64 != rest - size {
            let reason = format!("has {} bytes of tensors, its header says {}", rest - size, header.data_len());
            return Err(Error::format(name, reason));
        }
        Ok(Self { name, header, start: LENGTH + size, source })
    }

    /// The file's name, for messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The shape of the tensor of this name, where there is one.
    pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.header.info(name).map(|info| info.shape.as_slice())
    }

    /// Reads weights of these specs and no others, each from the tensor that `theirs` names, of one of these types.
    /// Nothing is read before all names, types and shapes fit.
    pub(crate) fn parameters(
        mut self,
        specs: &[ParameterSpec],
        theirs: impl Fn(&str) -> String,
        types: &[Dtype],
    ) -> Result<Parameters> {
        let names: Vec<String> = specs.iter().map(|spec| theirs(&spec.name)).collect();
        let (mut missing, mut wrong) = (Vec::new(), Vec::new());
        for (ParameterSpec { shape, .. }, name) in specs.iter().zip(&names) {
            match self.header.info(name) {
                None => missing.push(format!("`{name}` {shape:?}")),
                Some(found) if found.shape != *shape || !types.contains(&found.dtype) => wrong
                    .push(format!("tensor `{name}`: found {} {:?}, expected F32 {shape:?}", found.dtype, found.shape)),
                Some(_) => {}
            }
        }
        let mut others = self.header.offset_keys();
        others.retain(|other| !names.contains(other));
        let others = others.into_iter().map(|other| format!("`{other}`")).collect();
        let faults = [
            ("", wrong),
            ("tensors that are missing: ", missing),
            ("tensors that belong to no weight of this architecture: ", others),
        ];
        let faults: Vec<String> = faults.into_iter().filter_map(|(what, all)| list(what, all)).collect();
        if !faults.is_empty() {
            return Err(Error::format(&self.name, faults.join("; ")));
        }
        let mut names = names.iter();
        Parameters::from_values(specs, |_, _| self.values(names.next().map_or("", String::as_str)))
    }

    /// Reads one tensor, in single precision.
    fn values(&mut self, name: &str) -> Result<Vec<f32>> {
        let fault = |reason: String| Error::format(&self.name, format!("tensor `{name}`: {reason}"));
        let Some(info) = self.header.info(name) else { return Err(fault("is missing".to_owned())) };
        let (from, to) = info.data_offsets;
        let mut bytes = vec![0; to - from];
        self.source
            .seek(SeekFrom::Start(self.start + from as u64))
            .and_then(|_| self.source.read_exact(&mut bytes))
            .map_err(|error| Error::io(&self.name, error))?;
        let convert = |kind| {
            Tensor::from_raw_buffer(&bytes, kind, &info.shape, &Device::Cpu)
                .and_then(|tensor| tensor.to_dtype(DType::F32))
                .map_err(Error::backend)
                .and_then(|tensor| values(&tensor))
        };
        let values = match info.dtype {
            Dtype::F16 => convert(DType::F16)?,
            Dtype::BF16 => convert(DType::BF16)?,
            Dtype::F64 => convert(DType::F64)?,
            _ => bytes.as_chunks::<4>().0.iter().map(|&word| f32::from_le_bytes(word)).collect(),
        };
        match values.iter().position(|value| !value.is_finite()) {
            Some(place) => Err(fault(format!("value {place} is not finite in single precision"))),
            None => Ok(values),
        }
    }
}

/// The first of these faults in one line; none where there is none.
fn list(what: &str, mut faults: Vec<String>) -> Option<String> {
    let more = faults.len().saturating_sub(SHOWN);
    faults.truncate(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!faults.is_empty()).then(|| format!("{what}{}{more}", faults.join(", ")))
}

/// Returns the bytes of a file that holds these weights, each as a tensor of the name that `theirs` gives.
pub(crate) fn to_bytes(parameters: &Parameters, theirs: impl Fn(&str) -> String) -> Result<Vec<u8>> {
    let renamed = |weight: Weight| Weight { name: theirs(&weight.name), ..weight };
    all_to_bytes(parameters.values()?.into_iter().map(renamed))
}

/// Returns the bytes of a file that holds these weights, each as a tensor of its name.
pub(crate) fn all_to_bytes(weights: impl Iterator<Item = Weight>) -> Result<Vec<u8>> {
    let bytes = |values: &[f32]| -> Vec<u8> { values.iter().flat_map(|value| value.to_le_bytes()).collect() };
    let tensors: Vec<_> = weights.map(|weight| (weight.name, weight.shape, bytes(&weight.values))).collect();
    let views = tensors.iter().map(|(name, shape, bytes)| {
        TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name.as_str(), view)).map_err(Error::backend)
    });
    let views: Vec<_> = views.collect::<Result<_>>()?;
    safetensors::serialize(views, None).map_err(Error::backend)
}
