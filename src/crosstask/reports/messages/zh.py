"""The quickstart in Chinese."""

from crosstask.reports.messages import Messages

_CUT = r"(\S+): (\S+) of the rows are cut to (\S+) tokens, losing (\S+) tokens each on average \((\S+) at most\)"
_CUT_ZH = r"\1：\2 的文本被截到 \3 个词元，平均各丢 \4 个，最多的丢 \5 个"

MESSAGES = Messages(
    language="zh-CN",
    methods={
        "transfer": "迁移",
        "zero-shot transfer": "零样本迁移",
        "direct": "直接微调",
        "linear probe": "线性探针",
        "TF-IDF + logistic regression": "TF-IDF + 逻辑回归",
        "majority": "多数类",
    },
    facts={
        "model": "模型",
        "source rows": "源任务行数",
        "draws": "抽样次数",
        "seed": "随机种子",
        "device": "设备",
        "machine": "机器",
    },
    heard={
        r"draw (\d+) of (\d+): (\d+) labels? a class": r"第 \1 次抽样（共 \2 次）：每类 \3 条标注",
        r"training": "训练",
        r"loss": "损失",
        r"rate": "速度",
        r"(\S+) tokens/s": r"每秒 \1 个词元",
        r"going on after step (\d+) of (\d+)": r"从第 \1 步之后接着训练，共 \2 步",
        r"out of memory at step (\d+): parts of at most (\S+) tokens from now on; the effective batch stays as it is": (
            r"第 \1 步显存不足：此后每一份最多 \2 个词元，有效批大小不变"
        ),
        r"the head of '(.+)' is kept: its labels are the same": r"保留 \1 的分类头：标签相同",
        rf"{_CUT}; the model can read (\S+)": rf"{_CUT_ZH}；模型最多能读 \6 个",
        _CUT: _CUT_ZH,
        r"(\S+): (\S+) of the tokens are unknown to the model: .+ (\S+)": (
            r"\1：\2 的词元模型不认识，英文以外的语言请用 \3"
        ),
        r"fetching (\S+) \(.+; (\S+) MB, licence (.+)\), once, into (.+)": (
            r"下载 \1（\2 MB，许可证 \3），只需一次，存到 \4"
        ),
        r"fetching (\S+)": r"下载 \1",
        r"waiting for another process that fetches (\S+)": r"另一个进程正在下载 \1，等它完成",
    },
    done="{out} 已经完成",
    saved="已保存：{bundle}（{way}），报告：{report}",
    next="接下来可以试试：",
    ask="问问模型",
    look="看看你自己的表格",
    train="用它训练",
    go_on="从这里学到的接着学",
    table="{target}，每类 {labels} 条标注",
    header=("方法", "准确率［95% 区间］", "比直接微调多几个百分点［95% 区间］", "每次抽样秒数"),
    helps=(
        "迁移有用：准确率相差 {gain} 个百分点（95% 区间 {bounds}）；抽样 {draws} 次，每类 {labels} 条标注，"
        "{rows} 条测试文本。"
    ),
    hurts=(
        "迁移有害：准确率相差 {gain} 个百分点（95% 区间 {bounds}）；抽样 {draws} 次，每类 {labels} 条标注，"
        "{rows} 条测试文本。"
    ),
    nothing=(
        "不能断言有差别：测得迁移相差 {gain} 个百分点（95% 区间 {bounds}）；抽样 {draws} 次，每类 {labels} 条标注，"
        "{rows} 条测试文本。迁移差出一个百分点以上的概率是 {harm}。"
    ),
    bounds="{low} 到 {high}",
    title="从 {source} 迁移到 {target}，能学到什么",
    gain_title="提高了多少",
    gain_text=(
        "直接微调只看 {target} 的标注，每类 {labels} 条，别的什么都不看。"
        "迁移先学 {source}，再看同样的标注，训练同样的步数。"
    ),
    unlabelled_text="{target} 的标注一条都不用，只学过 {source} 的模型答对的比例是 {accuracy}。",
    gain_caption="每次抽样都重新抽取标注；同一次抽样的两边用同样的标注、同样的步数。",
    gain_alt="准确率，从直接微调到迁移。{draws}。平均提高 {gain} 个百分点，区间 {bounds}。",
    gain_alt_draw="{draw}：从 {direct} 到 {transfer}",
    between="；",
    methods_title="与简单方法相比",
    methods_text="学习 {source} 用了 {seconds} 秒，所有抽样共用这一次；每次抽样的秒数不包括它。",
    methods_caption=(
        "区间表示：换一批抽到的标注、换一批测试文本，准确率和差值会在多大范围内变动。差值是与直接微调逐次抽样、逐条文本配对算出的。"
        "加粗的一行是保存下来的模型。"
    ),
    curves_title="两边是怎么学的",
    loss_caption="每次抽样在各自标注上的损失。",
    score_caption="只为画这张图而打分，没有用它做任何选择。",
    curves_alt=(
        "{what}随步数的变化。直接微调：平均从 {direct_first} 到 {direct_last}。"
        "迁移：平均从 {transfer_first} 到 {transfer_last}。"
    ),
    next_title="接下来",
    facts_title="这些数字是怎么来的",
    facts_caption="同一台机器、同一个随机种子，得到的数字相同。",
    facts_header=("项目", "值"),
    draw="抽样 {number}",
    draws="各次抽样",
    mean="平均，{level}",
    test_accuracy="测试准确率",
    gain_points="提高的百分点",
    training_loss="训练损失",
    validation_accuracy="验证准确率",
    step="目标任务上的步数",
)
