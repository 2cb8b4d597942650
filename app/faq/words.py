"""Word lists of the tokeniser: words that carry no meaning for search. Lower case, Simplified Chinese."""

import re

# Short on purpose: dropping question words and negations too costs .02 MRR on short questions.
_ENGLISH = """
a an the this that these those
i me my you your yours we us our it its he she they them their
is are was were be been being am do does did done have has had can could will would should may might
and or but if of at by for with to from in into on
cant couldnt wont wouldnt dont doesnt didnt isnt arent wasnt werent havent hasnt hadnt shouldnt
im ive id ill youre youve theyre thats
um uh er hmm please pls thanks thank hello hi hey dear ok okay
s t d ll m re ve
"""

_ENGLISH_LIGHT = """
what whats which who whos whom whose where wheres why how hows when there here
not no yes so than then as because while though about again just only very too also really actually
even still already yet ever any some all more much many up out off over get got
"""

_FILLERS = """
我想请问一下 我想请问 我想问一下 我想问 想请问一下 想请问 想问一下 想问 请问一下 请问 麻烦问一下 不好意思
打扰了 打扰一下 你好 大家好 嗨 哈啰 谢谢你 谢谢 感谢 拜托 嗯 呃 啊 哦 喔 欸 诶 啦 唷 那个 就是说 就是
"""

ENGLISH_STOP_WORDS = frozenset(_ENGLISH.split())

# Searched, but no content: a question of only these is never answered by itself.
ENGLISH_LIGHT_WORDS = frozenset(_ENGLISH_LIGHT.split())

# Longer phrases first, so that 我想请问一下 goes as a whole.
FILLER_PHRASES = re.compile("|".join(sorted(_FILLERS.split(), key=len, reverse=True)))

# Signs that a sentence asks or complains; in a mail such sentences count more than the rest.
ASKING = re.compile(
    r"\b(?:how|why|when|what|where|which|who|can|could|do|does|did|is|are|my|need|want|cannot|can't|not)\b"
    r"|[?？]|吗|呢|怎|如何|什么|为何|哪|多少|几|可以|能否|能不能|想|要|没|不"
)

# Whole lines only, and nothing but the greeting: a line that says more may be the question itself.
GREETING_LINES = re.compile(
    r"\s*(?:"
    r"(?:hello|hi|hey|dear)(?: there| all| team| sir or madam| support| everyone)?"
    r"|good (?:morning|afternoon|evening)"
    r"|(?:many thanks|thanks|thank you)(?: so much| very much| a lot)?(?: in advance| for your help)?"
    r"|(?:best|kind|warm)(?: regards| wishes)|(?:yours )?(?:sincerely|faithfully|truly)|regards|cheers"
    r"|sent from my .{0,30}"
    r"|(?:你好|你们好|客服你好|早安|午安|晚安|早上好|下午好|晚上好|哈啰|嗨)"
    r"|(?:谢谢|感谢|多谢|辛苦了|麻烦你了)(?:你|你们|你的帮忙|帮忙)?|敬上|此致|敬礼|顺颂商祺"
    r")[\s,，。.!！:：~～]*"
)
