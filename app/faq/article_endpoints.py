"""Articles by REST: written, reviewed, published, compared and restored. Two editors never overwrite each other."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Request

from app.core.auth import Permission, Principal
from app.core.clock import utc_now
from app.core.errors import InvalidInput, NotFound
from app.core.http import Read, Requires, Tx, problem_responses
from app.faq import listing, service
from app.faq.article_audit import actor_of, note_article
from app.faq.article_schemas import (
    ArticleChange,
    ArticlePage,
    ArticleView,
    CategoryView,
    FieldChange,
    NewArticle,
    Publishing,
    Restoring,
    Scheduling,
    Seen,
    TagView,
    VersionView,
)
from app.faq.differences import differences
from app.faq.entries import entry_to_json
from app.faq.errors import ArticleChanged
from app.faq.index import lock_index
from app.faq.models import Article, ArticleStatus, Audience, Language
from app.faq.search import MAX_LIMIT, search

router = APIRouter(prefix="/faq", tags=["faq: articles"])

ArticleReader = Annotated[Principal, Depends(Requires(Permission.FAQ_READ))]
Editor = Annotated[Principal, Depends(Requires(Permission.FAQ_EDIT))]
Publisher = Annotated[Principal, Depends(Requires(Permission.FAQ_PUBLISH))]
VersionNumber = Annotated[int, Query(ge=1)]


@router.get("/articles", operation_id="list_articles", responses=problem_responses(InvalidInput))
async def list_articles(
    principal: ArticleReader,
    tx: Read,
    status: ArticleStatus | None = None,
    topic: Annotated[str | None, Query(max_length=40)] = None,
    tag: Annotated[str | None, Query(max_length=40)] = None,
    category: Annotated[
        str | None, Query(max_length=300, description="a path; takes in what is below")
    ] = None,
    owner_id: UUID | None = None,
    review_until: Annotated[date | None, Query(description="to be looked at again by this day")] = None,
    text: Annotated[str | None, Query(max_length=300, description="part of a question")] = None,
    q: Annotated[
        str | None,
        Query(max_length=300, description="words for the search of the FAQ; the best first, on one page"),
    ] = None,
    language: Annotated[Language | None, Query(description="written in this language")] = None,
    lacks: Annotated[Language | None, Query(description="not written in this language")] = None,
    audience: Audience | None = None,
    before: Annotated[str | None, Query(max_length=100, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=listing.MAX_PAGE)] = 50,
) -> ArticlePage:
    """Articles, the last changed first. Those who may not edit see the published ones, as they are found.

    With `q`: what the search finds among the published, the best first, then those with the words in a question.
    """
    best = await _searched(tx, q, language) if q else []
    found = await listing.list_articles(
        tx,
        status=status,
        topic=topic,
        tag=tag,
        category=category,
        owner_id=owner_id,
        review_until=review_until,
        text=q or text,
        language=language,
        lacks=lacks,
        audience=audience,
        found=best,
        is_published=Permission.FAQ_EDIT not in principal.permissions,
        limit=limit,
        before=_place(before) if before and not q else None,
    )
    last = found[-1] if len(found) == limit and not q else None
    return ArticlePage(
        articles=[ArticleView.of(article) for article in found],
        next=f"{last.updated_at.isoformat()}~{last.id}" if last else None,
    )


async def _searched(tx: Read, words: str, language: Language | None) -> list[UUID]:
    """Published articles that the words find, whoever may see them; not counted as a search."""
    outcome = await search(
        tx,
        question=words,
        language=language or Language.EN,
        audience=Audience.BOTH,
        channel="editor",
        now=utc_now(),
        limit=MAX_LIMIT,
    )
    return [found.article_id for found in outcome.results]


def _place(text: str) -> tuple[datetime, UUID]:
    at, _, article_id = text.replace(" ", "+").partition("~")
    try:
        place = datetime.fromisoformat(at), UUID(article_id)
    except ValueError:
        raise InvalidInput.of("before", "must be the `next` of a page") from None
    if place[0].tzinfo is None:
        raise InvalidInput.of("before", "must be the `next` of a page")
    return place


@router.post("/articles", operation_id="create_article", status_code=201)
async def create_article(body: NewArticle, principal: Editor, request: Request, tx: Tx) -> ArticleView:
    """Write a new article as a draft. The same `article_id` again gives the article that is there."""
    try:
        async with tx.savepoint():
            made = await service.save_article(
                tx,
                entry=body.entry.entry(),
                now=await _now(tx),
                created_id=body.article_id,
                by=principal.agent_id,
                why=body.why,
            )
    except asyncpg.UniqueViolationError:
        return ArticleView.of(await service.get_article(tx, article_id=body.article_id))
    await note_article(tx, actor_of(request, principal), "article.created", made.id, None, made)
    return ArticleView.of(made)


@router.get("/articles/{article_id}", operation_id="get_article", responses=problem_responses(NotFound))
async def get_article(
    article_id: UUID, principal: ArticleReader, tx: Read, version: VersionNumber | None = None
) -> ArticleView:
    """One article with its latest version, or another. Those who may not edit see the published version alone."""
    if Permission.FAQ_EDIT not in principal.permissions:
        version = (await service.get_article(tx, article_id=article_id)).published_version
        if version is None:
            raise NotFound("there is no such published article")
    return ArticleView.of(await service.get_article(tx, article_id=article_id, version=version))


@router.put(
    "/articles/{article_id}",
    operation_id="change_article",
    responses=problem_responses(NotFound, ArticleChanged),
)
async def change_article(
    article_id: UUID, body: ArticleChange, principal: Editor, request: Request, tx: Tx
) -> ArticleView:
    """Save a new version; what is published stays found until it is published.

    409 `article_changed` when somebody saved one since `base_version`: the answer holds `current_version`, `current`
    and `changes`, to merge with. A repeat makes no second version.
    """

    async def save(_: Article) -> Article:
        return await service.save_article(
            tx,
            entry=body.entry.entry(),
            now=await _now(tx),
            article_id=article_id,
            by=principal.agent_id,
            base_version=body.base_version,
            why=body.why,
        )

    return await _changed(tx, request, principal, "article.changed", article_id, save)


@router.post(
    "/articles/{article_id}/restore",
    operation_id="restore_article",
    responses=problem_responses(NotFound, ArticleChanged),
)
async def restore_article(
    article_id: UUID, body: Restoring, principal: Editor, request: Request, tx: Tx
) -> ArticleView:
    """Save an old version as the newest one. Of an archived article a draft becomes of it."""

    async def save(_: Article) -> Article:
        old = await service.get_article(tx, article_id=article_id, version=body.version)
        return await service.save_article(
            tx,
            entry=old.entry,
            now=await _now(tx),
            article_id=article_id,
            by=principal.agent_id,
            base_version=body.base_version,
            why=body.why or f"version {body.version} restored",
        )

    return await _changed(tx, request, principal, "article.restored", article_id, save)


@router.post(
    "/articles/{article_id}/review",
    operation_id="review_article",
    responses=problem_responses(NotFound, ArticleChanged),
)
async def review_article(
    article_id: UUID, body: Seen, principal: Editor, request: Request, tx: Tx
) -> ArticleView:
    """Hand a draft over to be reviewed. 422 names each language without an answer."""

    async def submit(latest: Article) -> Article:
        await service.check_base(tx, latest, body.base_version)
        if latest.status is ArticleStatus.IN_REVIEW:
            return latest
        return await service.submit_for_review(
            tx, article_id=article_id, now=await _now(tx), by=principal.agent_id
        )

    return await _changed(tx, request, principal, "article.submitted", article_id, submit)


@router.post(
    "/articles/{article_id}/publish", operation_id="publish_article", responses=problem_responses(NotFound)
)
async def publish_article(
    article_id: UUID, body: Publishing, principal: Publisher, request: Request, tx: Tx
) -> ArticleView:
    """Make a version the one that is found, in every process with the next search."""

    async def publish(_: Article) -> Article:
        return await service.publish(
            tx, article_id=article_id, now=await _now(tx), version=body.version, by=principal.agent_id
        )

    return await _changed(tx, request, principal, "article.published", article_id, publish, indexed=True)


@router.put(
    "/articles/{article_id}/schedule", operation_id="schedule_article", responses=problem_responses(NotFound)
)
async def schedule_article(
    article_id: UUID, body: Scheduling, principal: Publisher, request: Request, tx: Tx
) -> ArticleView:
    """Publish a version at an instant, by the database's clock. Replaces the one that waited; publishing or archiving
    by hand ends the waiting."""

    async def schedule(_: Article) -> Article:
        return await service.schedule(
            tx,
            article_id=article_id,
            at=body.at,
            now=await _now(tx),
            version=body.version,
            by=principal.agent_id,
        )

    return await _changed(tx, request, principal, "article.scheduled", article_id, schedule)


@router.delete(
    "/articles/{article_id}/schedule",
    operation_id="unschedule_article",
    responses=problem_responses(NotFound),
)
async def unschedule_article(article_id: UUID, principal: Publisher, request: Request, tx: Tx) -> ArticleView:
    """Let no version wait for its instant."""

    async def unschedule(_: Article) -> Article:
        return await service.unschedule(tx, article_id)

    return await _changed(tx, request, principal, "article.unscheduled", article_id, unschedule)


@router.post(
    "/articles/{article_id}/archive",
    operation_id="archive_article",
    responses=problem_responses(NotFound, ArticleChanged),
)
async def archive_article(
    article_id: UUID, body: Seen, principal: Publisher, request: Request, tx: Tx
) -> ArticleView:
    """Take an article out of every search; its versions stay and can be restored."""

    async def archive(latest: Article) -> Article:
        await service.check_base(tx, latest, body.base_version)
        if latest.status is ArticleStatus.ARCHIVED:
            return latest
        return await service.archive(tx, article_id=article_id, now=await _now(tx), by=principal.agent_id)

    return await _changed(tx, request, principal, "article.archived", article_id, archive, indexed=True)


@router.get(
    "/articles/{article_id}/versions",
    operation_id="list_article_versions",
    responses=problem_responses(NotFound),
)
async def list_versions(article_id: UUID, principal: Editor, tx: Read) -> list[VersionView]:
    """Every version, the newest first: when, by whom and why."""
    await service.get_article(tx, article_id=article_id)
    found = await listing.versions(tx, article_id)
    return [VersionView.model_validate(version, from_attributes=True) for version in found]


@router.get(
    "/articles/{article_id}/compare",
    operation_id="compare_article_versions",
    responses=problem_responses(NotFound),
)
async def compare_versions(
    article_id: UUID,
    principal: Editor,
    tx: Read,
    before: Annotated[VersionNumber, Query(description="one version")],
    after: Annotated[VersionNumber, Query(description="the other")],
) -> list[FieldChange]:
    """The fields that differ between two versions."""
    old, new = [
        entry_to_json((await service.get_article(tx, article_id=article_id, version=version)).entry)
        for version in (before, after)
    ]
    return [FieldChange.model_validate(change) for change in differences(old, new)]


@router.get("/categories", operation_id="list_article_categories")
async def list_categories(
    principal: ArticleReader, tx: Read, lang: Language = Language.EN
) -> list[CategoryView]:
    """The tree of categories in a language, with how many articles each has."""
    found = await listing.categories(tx, lang)
    return [CategoryView.model_validate(category, from_attributes=True) for category in found]


@router.get("/tags", operation_id="list_article_tags")
async def list_tags(principal: ArticleReader, tx: Read) -> list[TagView]:
    """Every tag, with how many articles have it."""
    return [TagView(tag=tag, articles=articles) for tag, articles in (await listing.tags(tx)).items()]


async def _now(tx: Tx) -> datetime:
    now: datetime = await tx.fetchval("select switchboard_now()")
    return now


async def _changed(
    tx: Tx,
    request: Request,
    principal: Principal,
    action: str,
    article_id: UUID,
    change: Callable[[Article], Awaitable[Article]],
    *,
    indexed: bool = False,
) -> ArticleView:
    """Run a change on a locked article and write it into the audit log. The index is locked before an article."""
    if indexed:
        await lock_index(tx)
    before = await service.lock_article(tx, article_id)
    after = await change(before)
    await note_article(tx, actor_of(request, principal), action, article_id, before, after)
    return ArticleView.of(after)
