"""A generation as `AutoModelForCausalLM`: the trunk's own language model, which writes as the bundle does."""

from __future__ import annotations

import json

from crosstask.models.decoding import Decoding
from crosstask.models.exports import Exported, Exporter, OneTask
from crosstask.models.heads.language import LanguageHead
from crosstask.models.prompts import has_chat_template
from crosstask.models.transformers_decoding import generation_settings
from crosstask.tasks.templates import fill

_WHOLE = """from transformers import pipeline

write = pipeline("text-generation", model={folder})
"""
_ADAPTER = """from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

trunk = "BUNDLE/trunk"  # for BUNDLE put the folder of the bundle that this was exported from
model = AutoModelForCausalLM.from_pretrained(trunk)
model.load_adapter({folder})
tokenizer = AutoTokenizer.from_pretrained(trunk)
settings = {{
{settings}
}}
write = pipeline("text-generation", model=model, tokenizer=tokenizer, **settings)
"""
_TURNS = """\
prompt = [{{"role": "user", "content": {content}}}]
print(write(prompt)[0]["generated_text"][-1]["content"])
"""
_TEXT = """\
print(write({content}, return_full_text=False)[0]["generated_text"])
"""
_ON_TRUNK = """\
The folder holds low-rank updates alone. They stand on the `trunk/` of the bundle, which training left as it was;
peft's own `PeftModel.from_pretrained(model, {folder})` opens them too."""
_TEMPLATE = """\
It was taught prompts of this form:

```jinja
{template}
```"""


class Generation(Exporter):
    """Weights, tokenizer and chat template are the trunk's own; how it writes stands in its generation config."""

    reads = LanguageHead

    def export(self, task: OneTask, folder: str) -> Exported:
        """The language model; the example's prompt is one as it was taught."""
        task.head(LanguageHead)
        decoding = Decoding(**{name: task.objective[name] for name in Decoding.model_fields})
        name, template = json.dumps(folder, ensure_ascii=False), task.objective["template"]
        notes = [_TEMPLATE.format(template=template)] if template else []
        if not task.model.attached:
            example = _WHOLE.format(folder=name)
        else:
            settings = generation_settings(task.trunk.text, decoding).items()
            written = "\n".join(f'    "{setting}": {value},' for setting, value in settings)
            example = _ADAPTER.format(folder=name, settings=written)
            notes.insert(0, _ON_TRUNK.format(folder=name))
        return Exported(
            task.trunk.whole,
            "AutoModelForCausalLM",
            example + _asked(task),
            (*notes,),
            decoding=decoding,
        )


def _asked(task: OneTask) -> str:
    """Python that asks for the answer to a text, as a prompt of the task holds it."""
    chat, template, content = has_chat_template(task.trunk.text), task.objective["template"], "a text"
    if "source" in task.kind.inputs:
        content = fill(template, {"source": content}) if template else content if chat else f"{content}\n"
    return (_TURNS if chat else _TEXT).format(content=json.dumps(content, ensure_ascii=False))
