"""The words callers use for keys, yes, no, "a person, please" and "say that again", in Chinese and English.

Simplified and lower case, without punctuation or apostrophes: they are compared after folding.
"""


def _phrases(*lines: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for line in lines for phrase in line.split("/"))


NUMBERS: dict[str, tuple[str, ...]] = {
    "0": ("零", "〇", "zero", "oh"),
    "1": ("一", "幺", "壹", "one", "won", "first"),
    "2": ("二", "两", "贰", "two", "to", "too", "second"),
    "3": ("三", "叁", "three", "third"),
    "4": ("四", "肆", "four", "for", "fourth"),
    "5": ("五", "伍", "five"),
    "6": ("六", "陆", "six"),
    "7": ("七", "柒", "seven"),
    "8": ("八", "捌", "eight", "ate"),
    "9": ("九", "玖", "nine"),
    "*": ("star", "asterisk", "米字", "米字键", "星号", "星号键"),
}

# The whole utterance, nothing else.
HUMAN_ALONE = _phrases(
    "真人/客服/专人/人工/人工客服/人工服务/真人客服/客服人员/服务人员/专员/总机/接线员/转接",
    "agent/operator/human/representative/person/someone/support",
)
# Anywhere in the utterance: they cannot mean anything else.
HUMAN_CHINESE = _phrases(
    "要真人/要专人/要客服/要人工/找真人/转真人/接真人/跟真人/和真人/找专人/转专人/转接专人/找客服/转客服/接客服",
    "转接客服/转人工/找人工/转接人工/跟客服/和客服/找人讲/找服务人员/听真人",
)
HUMAN_ENGLISH = _phrases(
    "speak to an agent/talk to an agent/speak to a human/talk to a human/talk to a person/speak to a person",
    "speak to someone/talk to someone/speak with an agent/speak with someone/real person/live agent",
    "human agent/customer service/an agent/a human/a person/an operator",
)

REPEAT_ALONE = _phrases(
    "重复/重听/重来/听不清楚/没听清楚/没听清/什么",
    "repeat/again/say again/say that again/repeat that/come again/pardon/sorry/what/what was that",
    "can you repeat that/could you repeat that",
)
REPEAT_CHINESE = _phrases("说一次/说一遍/讲一次/讲一遍/听一次/听一遍/重复一次/重复一遍")

SLOWER_ALONE = _phrases(
    "慢点/慢一点/说慢一点/讲慢一点/太快/太快了/太快了听不清楚/你说太快了",
    "slower/slow down/more slowly/speak slower/slower please/too fast/speak more slowly/can you speak slower",
    "can you slow down/could you slow down/could you speak more slowly/thats too fast",
)
SLOWER_CHINESE = _phrases("慢一点/慢点/说慢/讲慢/太快")

YES = _phrases(
    "是的/对的/有帮助/有用/有解决/解决了/好的/好了/可以/可以了/没错/没问题/没有问题/不错/清楚了/明白了/了解/懂了",
    "知道了/没有其他问题/没其他问题/没有别的问题/没有其它问题",
    "yes/ok/okay/yeah/yep/yup/sure/correct/right/it did/it does/that helped/helped/solved/no problem/got it",
)
NO = _phrases(
    "不是/不对/没有/没用/没有用/没帮助/没有帮助/没什么帮助/没解决/没有解决/还没/还没有/还没解决/不行/不好/不可以",
    "不清楚/不明白/不懂/不了解/不知道/还是不行/还是不会/还是不懂/还是没/还是没有/不需要/不要/不太/没有答案",
    "有问题/还有问题/还是有问题",
    "no/nope/nah/not really/not at all/it didnt/it did not/it doesnt/didnt help/did not help/doesnt help",
    "didnt/not yet/wrong/incorrect/not helpful/unsolved/not solved/not right/not correct/not sure",
)
NONE_OF_THESE = _phrases(
    "都不是/都不对/没有一个/以上皆非/以上都不是/其他/其它/别的/不是/都没有",
    "none/none of them/none of these/none of those/neither/other/something else/no",
)
