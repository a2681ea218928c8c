//! Networks from PyTorch and to PyTorch: a state dict as a safetensors file.

use std::fs::{self, File};
use std::path::Path;

use plaudit_core::{Error, Result};
use safetensors::tensor::Dtype;
use serde::{Deserialize, Serialize};

use crate::Architecture;
use crate::directory::replace_file;
use crate::network::Network;
use crate::weights::{Tensors, to_bytes};
use crate::wide::WEIGHT as WIDE;

/// What a PyTorch network calls its modules: the names of a state dict before `.weight`, with dots where modules lie in
/// others.
///
/// ```
/// use plaudit_models::network::PyTorchNames;
///
/// let mut names = PyTorchNames::default();
/// names.lstm = "encoder.lstm".to_owned(); // `encoder.lstm.weight_ih_l0`, ..
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct PyTorchNames {
    /// The `nn.Embedding`. Default `emb`.
    pub embedding: String,
    /// The list of `nn.Conv1d`: its items are `convs.0`, `convs.1` .. Default `convs`.
    pub convolutions: String,
    /// The `nn.LSTM`, with all its layers. Default `rnn`.
    pub lstm: String,
    /// The `nn.Linear` over the pooled states. Default `d1`.
    pub dense: String,
    /// The `nn.Linear` that gives logits. Default `d2`.
    pub output: String,
}

impl Default for PyTorchNames {
    fn default() -> Self {
        let [embedding, convolutions, lstm, dense, output] = ["emb", "convs", "rnn", "d1", "d2"].map(String::from);
        Self { embedding, convolutions, lstm, dense, output }
    }
}

impl PyTorchNames {
    /// PyTorch's name of a weight that we call `ours`. A name that is none of an [`Architecture`] stays.
    fn theirs(&self, ours: &str) -> String {
        let (module, rest) = ours.split_once('.').unwrap_or((ours, ""));
        let module = match module {
            "embedding" => &self.embedding,
            "convs" => &self.convolutions,
            "lstm" => &self.lstm,
            "dense" => &self.dense,
            "output" => &self.output,
            _ => return ours.to_owned(),
        };
        format!("{module}.{rest}")
    }
}

impl Architecture {
    /// Returns a network of this kind and these sizes with the weights of the safetensors file `path`, a PyTorch state dict
    /// with modules of these names. The file says for how many word ids and labels the network is. Weights may be of single
    /// precision, or of half or double precision (`F16`, `BF16`, `F64`), which is converted.
    ///
    /// The project's `docs/pytorch.md` has the PyTorch modules that give the same scores.
    ///
    /// ```
    /// use plaudit_models::network::{PyTorchNames, write_pytorch};
    /// use plaudit_models::Architecture;
    ///
    /// # let folder = std::env::temp_dir().join(format!("plaudit-pytorch-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("weights.safetensors");
    /// let architecture = Architecture::from_name("cnn_lstm")?;
    /// let network = architecture.initialize(20, 3, 0)?;
    /// write_pytorch(&*network, &path, &PyTorchNames::default())?;
    /// let same = architecture.read_pytorch(&path, &PyTorchNames::default())?;
    /// assert_eq!(same.parameters().values()?, network.parameters().values()?);
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a size of this architecture cannot work; when the file cannot be read or is no safetensors file; when a tensor
    /// is missing, superfluous, or of another type or shape (the message names the tensors, and says what was found and
    /// what expected); when a value is not finite in single precision; when there are fewer than two labels.
    pub fn read_pytorch(&self, path: impl AsRef<Path>, names: &PyTorchNames) -> Result<Box<dyn Network>> {
        let mut faults = Vec::new();
        self.faults(&mut faults);
        Error::from_faults(faults)?;
        let tensors = open(path.as_ref())?;
        // What is missing, or of no dimension, is named with all else that does not fit.
        let first = |ours: &str| tensors.shape(&names.theirs(ours)).and_then(<[usize]>::first).copied().unwrap_or(0);
        let (words, labels) = (first("embedding.weight"), first("output.weight"));
        let file = tensors.name().to_owned();
        let types = [Dtype::F32, Dtype::F16, Dtype::BF16, Dtype::F64];
        let parameters = tensors.parameters(&self.specs(words, labels), |ours| names.theirs(ours), &types)?;
        if words == 0 || u32::try_from(words).is_err() || labels < 2 {
            let reason =
                format!("is of {words} word ids and {labels} labels, expected 1 to {} and at least 2", u32::MAX);
            return Err(Error::format(file, reason));
        }
        Ok(self.network(&parameters))
    }

    /// Returns this architecture with the sizes that the safetensors file `path` has; pooling and dropout, which no file of
    /// weights tells, stay. What is not of this kind is named by [`read_pytorch`](Self::read_pytorch).
    ///
    /// # Errors
    /// When the file cannot be read or is no safetensors file, or a tensor that tells a size is missing or has fewer
    /// dimensions.
    pub fn sized_as_pytorch(&self, path: impl AsRef<Path>, names: &PyTorchNames) -> Result<Self> {
        if let Self::WideAndDeep(config) = self {
            let mut config = config.clone();
            *config.deep = config.deep.sized_as_pytorch(path.as_ref(), names)?;
            let tensors = open(path.as_ref())?;
            let theirs = names.theirs(WIDE);
            config.columns = tensors.shape(&theirs).and_then(<[usize]>::first).copied().ok_or_else(|| {
                Error::format(tensors.name(), format!("tensor `{theirs}`: is missing, or has no size"))
            })?;
            return Ok(Self::WideAndDeep(config));
        }
        let tensors = open(path.as_ref())?;
        let shape = |ours: &str| tensors.shape(&names.theirs(ours));
        let size = |ours: &str, dimension: usize| {
            shape(ours).and_then(|shape| shape.get(dimension)).copied().ok_or_else(|| {
                let found = shape(ours).map_or("is missing".to_owned(), |shape| format!("found shape {shape:?}"));
                let reason =
                    format!("tensor `{}`: {found}, expected at least {} sizes", names.theirs(ours), dimension + 1);
                Error::format(tensors.name(), reason)
            })
        };
        let embedding = size("embedding.weight", 1)?;
        let hidden = size("lstm.weight_hh_l0", 1)?;
        let dense = size("dense.weight", 0)?;
        let layers = (0..).take_while(|layer| shape(&format!("lstm.weight_hh_l{layer}")).is_some()).count();
        let mut sized = self.clone();
        match &mut sized {
            Self::BiLstm(config) => {
                (config.embedding, config.hidden, config.layers, config.dense) = (embedding, hidden, layers, dense);
            }
            Self::CnnLstm(config) => {
                (config.embedding, config.hidden, config.layers, config.dense) = (embedding, hidden, layers, dense);
                config.filters = size("convs.0.weight", 0)?;
                let weights = (0..).map(|place| format!("convs.{place}.weight"));
                let weights = weights.take_while(|ours| shape(ours).is_some());
                config.widths = weights.map(|ours| size(&ours, 2)).collect::<Result<_>>()?;
            }
            Self::WideAndDeep(_) => {} // returned above
        }
        Ok(sized)
    }
}

/// Writes the weights of a network as the safetensors file `path`, a state dict that
/// `net.load_state_dict(safetensors.torch.load_file(path))` takes for a PyTorch network with modules of these names. A file
/// that is there is replaced in one step: whoever reads at any moment finds the old file or the new one, whole. A process
/// that is killed meanwhile leaves at most a hidden file beside it.
///
/// # Errors
/// When two weights would get the same name, or the file cannot be written.
pub fn write_pytorch(network: &dyn Network, path: impl AsRef<Path>, names: &PyTorchNames) -> Result<()> {
    let parameters = network.parameters();
    let mut all: Vec<String> = parameters.iter().map(|parameter| names.theirs(&parameter.name)).collect();
    all.sort_unstable();
    if let Some([twice, ..]) = all.windows(2).find(|pair| matches!(pair, [one, other] if one == other)) {
        return Err(Error::config(format!("two weights would have the name `{twice}`")));
    }
    replace_file(path.as_ref(), &to_bytes(parameters, |ours| names.theirs(ours))?)
}

fn open(path: &Path) -> Result<Tensors<File>> {
    let io = |error| Error::io(path.display(), error);
    let found = fs::metadata(path).map_err(io)?;
    if !found.is_file() {
        return Err(Error::format(path.display(), "is no plain file, expected a safetensors file"));
    }
    Tensors::open(File::open(path).map_err(io)?, found.len(), path.display().to_string())
}
