"""The flow of a number goes by the hours of the number's queue."""

from tests.channels.voice.line import Line

CLOSED = "目前不是專人服務時間"


async def give_hours(line: Line, weekly: str) -> None:
    """The called numbers belong to a queue with this week (the clock stands on a Friday at ten in Taipei)."""
    async with line.database.transaction() as tx:
        await tx.execute(
            "insert into calendars values (gen_random_uuid(), 'shop', 'shop', 'Asia/Taipei', $1::text::jsonb)",
            weekly,
        )
        await tx.execute(
            "update queues set calendar_id = (select id from calendars where key = 'shop') where key = 'orders'"
        )
        await tx.execute("update phone_numbers set queue_id = (select id from queues where key = 'orders')")


async def test_outside_the_hours_the_caller_hears_when_somebody_is_there_again(line: Line) -> None:
    await give_hours(line, '{"sat": [["09:30", "18:00"]]}')
    caller = await line.call()
    assert "明天上午九點半" in caller.text


async def test_within_the_hours_nothing_is_said_of_them(line: Line) -> None:
    await give_hours(line, '{"fri": [["09:30", "18:00"]]}')
    caller = await line.call()
    assert CLOSED not in caller.text
    assert caller.document.find("Gather") is not None


async def test_a_queue_closed_by_hand_closes_its_numbers(line: Line) -> None:
    await give_hours(line, '{"fri": [["09:30", "18:00"]]}')
    async with line.database.transaction() as tx:
        await tx.execute("update queues set is_closed = true where key = 'orders'")
    assert CLOSED in (await line.call()).text


async def test_a_number_without_a_queue_is_always_open(line: Line) -> None:
    async with line.database.transaction() as tx:
        await tx.execute("update queues set is_closed = true")
        await tx.execute("update phone_numbers set queue_id = null")
    assert CLOSED not in (await line.call()).text
