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

# Signs that a sentence asks; in a mail such sentences count more than the rest.
ASKING = re.compile(
    r"[?？]|\b(?:how|why|when|what|where|which|who|can i|can you|can we|could|do i|do you|does|did|is it|is there"
    r"|are there|am i|is my|tell me|help me)\b|吗|呢|怎|如何|什么|为何|为什么|哪|多少|几|能否|是否|能不能|可不可|可以"
)

# Signs that a sentence tells what is wrong or wanted.
WANTING = re.compile(
    r"\b(?:need|want|like to|cannot|can't|can not|couldn't|won't|not|never|no longer|still|wrong|broken|missing|lost"
    r"|failed|declined|unable|problem|error|please)\b|想|要|没|不|无法|坏|错|丢|失|请|帮"
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

# What mails say around their matter. Such a sentence is searched, and counts less than one that asks.
COURTESY = re.compile(
    r"\b(?:get back to me|hear(?:ing)? from you|look(?:ing)? forward|reply|respond|response|e-?mail me|call me back"
    r"|reach me|on hold|confidential|attachment|yours? (?:service|company)|(?:long|old|loyal)\b.{0,20}\bcustomer"
    r"|customer (?:of yours|for)|my name is|writing (?:to you|about|because|in)|hope (?:you|this)|kind(?:ly)? help"
    r"|best wishes|thank)\b"
    r"|回复|回覆|答复|回信|回电|盼|老客户|老顾客|长期客户|贵公司|客服人员|等了很久|打电话|写信|来信|机密|附件|麻烦(?:你|帮|协助|确认)"
    r"|请教|协助确认|我叫|我是.{0,6}(?:先生|小姐|女士)|祝.{0,6}(?:顺|祺|好|愉快|安)|谢谢|感谢"
)

# Behind such a line stands the signature.
CLOSING_LINES = re.compile(
    r"\s*(?:--+|_{3,}"
    r"|(?:(?:best|kind|kindest|warm|warmest|with best|with kind) )?regards|best|cheers|(?:best|kind|warm) wishes"
    r"|(?:yours )?(?:sincerely|faithfully|truly)|sent from my .{0,30}"
    r"|.{0,8}敬上|.{0,8}谨上|.{0,8}敬启|此致|敬礼|敬祝.{0,8}|顺颂.{0,4}|祝好"
    r"|从我的 ?.{0,20} ?传送|发自我的.{0,20})[\s,，。.!！:：~～]*"
)
