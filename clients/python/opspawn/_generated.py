"""The operations and types of the HTTP API. Generated from docs/openapi.json: do not edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NotRequired, Optional, TypedDict, Union
from urllib.parse import quote

Task = TypedDict(
    "Task",
    {
        "id": str,
        "task_id": str,
        "task_type": str,
        "name": Optional[str],
        "subject": Optional[str],
        "status": Literal["pending", "running", "waiting", "completed", "failed", "cancelled"],
        "waiting_for": Literal["approval", "input", "timer", "budget", "children", "schedule", "concurrency", "turn", "provider", None],
        "waiting_until": Optional[str],
        "waiting": "Waiting",
        "input_data": Optional[dict[str, Any]],
        "result": NotRequired[Optional[Union[dict[str, Any], list[Any], str, float, bool]]],
        "error": Optional[dict[str, Any]],
        "error_message": Optional[str],
        "agent": str,
        "agent_version": int,
        "model": str,
        "planner": str,
        "usage": "TaskUsage",
        "limits": dict[str, Any],
        "metadata": dict[str, Any],
        "priority": int,
        "attempt": int,
        "last_seq": int,
        "retry_of": Optional[str],
        "schedule_id": Optional[str],
        "group_id": Optional[str],
        "conversation_id": Optional[str],
        "turn": Optional[int],
        "continues_task_id": Optional[str],
        "forked_from": Optional[str],
        "parent_task_id": Optional[str],
        "root_task_id": str,
        "depth": int,
        "workflow_id": Optional[str],
        "created_at": str,
        "updated_at": str,
        "scheduled_at": Optional[str],
        "callback_url": Optional[str],
        "started_at": Optional[str],
        "completed_at": Optional[str],
    },
)

Waiting = TypedDict(
    "Waiting",
    {
        "for": Literal["approval", "input", "timer", "budget", "children", "schedule", "concurrency", "turn", "provider"],
        "since": str,
        "until": Optional[str],
        "on_expiry": Literal["deny", "fail", "continue", "resume", None],
        "kind": NotRequired[Literal["approval", "question", "form", "address", "budget"]],
        "call_id": NotRequired[str],
        "key": NotRequired[str],
        "tool": NotRequired[str],
        "arguments": NotRequired[Optional[Union[dict[str, Any], list[Any], str, float, bool]]],
        "question": NotRequired[str],
        "url": NotRequired[str],
        "server": NotRequired[str],
        "schema": NotRequired[dict[str, Any]],
        "limit": NotRequired[str],
        "limit_task_id": NotRequired[str],
        "tasks": NotRequired[list[str]],
        "reason": NotRequired[Literal["policy", "outcome_unknown"]],
        "rule": NotRequired[str],
        "untrusted_since": NotRequired[str],
        "truncated": NotRequired[Literal[True]],
    },
)

TaskUsage = TypedDict(
    "TaskUsage",
    {
        "steps": int,
        "model_calls": int,
        "tool_calls": int,
        "input_tokens": int,
        "output_tokens": int,
        "cost_usd": float,
        "tree": NotRequired["TreeUsage"],
    },
)

TreeUsage = TypedDict(
    "TreeUsage",
    {
        "steps": int,
        "model_calls": int,
        "tool_calls": int,
        "input_tokens": int,
        "output_tokens": int,
        "cost_usd": float,
        "tasks": int,
        "open": int,
    },
)

Problem = TypedDict(
    "Problem",
    {
        "type": str,
        "title": str,
        "status": int,
        "detail": str,
        "code": str,
        "request_id": str,
        "errors": NotRequired[list[dict[str, Any]]],
    },
)

SubmitTask = TypedDict(
    "SubmitTask",
    {
        "task_type": NotRequired[str],
        "name": NotRequired[Optional[str]],
        "subject": NotRequired[Optional[str]],
        "input_data": "InputData",
        "agent": NotRequired[str],
        "agent_version": NotRequired[int],
        "conversation": NotRequired[str],
        "continues": NotRequired[str],
        "on_busy": NotRequired[Literal["reject", "queue", "interrupt", "tell"]],
        "agent_config": NotRequired["AgentConfig"],
        "limits": NotRequired["Limits"],
        "priority": NotRequired[int],
        "metadata": NotRequired[dict[str, Any]],
        "scheduled_at": NotRequired[Optional[str]],
        "callback_url": NotRequired[Optional[str]],
        "idempotency_key": NotRequired[str],
        "request_id": NotRequired[str],
    },
)

InputData = TypedDict(
    "InputData",
    {
        "goal": NotRequired[str],
        "prompt": NotRequired[str],
        "context": NotRequired[dict[str, Any]],
        "messages": NotRequired[list[dict[str, Any]]],
        "images": NotRequired[list[dict[str, Any]]],
        "attachments": NotRequired[list["TaskAttachment"]],
        "inject_mcp_proxy": NotRequired[bool],
        "script": NotRequired[list[dict[str, Any]]],
        "script_tools": NotRequired[list[dict[str, Any]]],
    },
)

TaskAttachment = TypedDict(
    "TaskAttachment",
    {
        "sha256": str,
        "name": NotRequired[str],
    },
)

AgentConfig = TypedDict(
    "AgentConfig",
    {
        "model": NotRequired[str],
        "fallback_models": NotRequired[list[str]],
        "on_provider_limit": NotRequired[Literal["wait", "fallback"]],
        "planner": NotRequired[str],
        "output_schema": NotRequired[dict[str, Any]],
        "instructions": NotRequired[str],
        "profile": NotRequired["Profile"],
        "tools": NotRequired[list[str]],
        "mcp_servers": NotRequired[list[str]],
        "mcp_tools": NotRequired[Literal["direct", "proxy", "both"]],
        "inject_mcp_proxy": NotRequired[bool],
        "temperature": NotRequired[float],
        "max_output_tokens": NotRequired[int],
        "stop": NotRequired[list[str]],
        "seed": NotRequired[int],
        "memory": NotRequired[dict[str, Any]],
        "long_term_memory": NotRequired["LongTermMemory"],
        "agents": NotRequired[list[dict[str, Any]]],
        "policy": NotRequired["Policy"],
        "on_outcome_unknown": NotRequired[Literal["tell_model", "ask", "fail"]],
        "waits": NotRequired[dict[str, Any]],
    },
)

Profile = TypedDict(
    "Profile",
    {
        "name": NotRequired[str],
        "role": NotRequired[str],
        "persona": NotRequired[str],
        "tone": NotRequired[str],
        "goals": NotRequired[list[str]],
        "guidelines": NotRequired[list[str]],
        "constraints": NotRequired[list[str]],
    },
)

LongTermMemory = TypedDict(
    "LongTermMemory",
    {
        "stores": list[dict[str, Any]],
    },
)

Policy = TypedDict(
    "Policy",
    {
        "allow": NotRequired[list[str]],
        "deny": NotRequired[list[str]],
        "approve": NotRequired[list[str]],
        "arguments": NotRequired[dict[str, Any]],
        "rate": NotRequired[dict[str, Any]],
        "after_untrusted": NotRequired[Literal["allow", "approve", "deny"]],
    },
)

Limits = TypedDict(
    "Limits",
    {
        "max_steps": NotRequired[Optional[int]],
        "max_tool_calls": NotRequired[Optional[int]],
        "max_duration_s": NotRequired[Optional[int]],
        "max_tokens": NotRequired[Optional[int]],
        "max_cost_usd": NotRequired[Optional[float]],
        "max_repeats": NotRequired[Optional[int]],
        "max_children": NotRequired[Optional[int]],
        "max_depth": NotRequired[Optional[int]],
        "max_descendants": NotRequired[Optional[int]],
        "on_reached": NotRequired[Literal["wait", "fail", None]],
    },
)

TaskList = TypedDict(
    "TaskList",
    {
        "data": list["Task"],
        "next_cursor": Optional[str],
        "total": Optional[int],
    },
)

TaskCounts = TypedDict(
    "TaskCounts",
    {
        "data": list[dict[str, Any]],
        "next_cursor": Optional[str],
        "total": int,
    },
)

CancelTask = TypedDict(
    "CancelTask",
    {
        "reason": NotRequired[str],
    },
)

Ticket = TypedDict(
    "Ticket",
    {
        "ticket": str,
        "expires_at": str,
    },
)

RetryTask = TypedDict(
    "RetryTask",
    {
        "config": NotRequired[Literal["same", "current"]],
    },
)

SendMessage = TypedDict(
    "SendMessage",
    {
        "content": NotRequired[str],
        "data": NotRequired[dict[str, Any]],
        "action": NotRequired[Literal["accept", "decline", "cancel"]],
        "call_id": NotRequired[str],
        "key": NotRequired[str],
    },
)

DecideApproval = TypedDict(
    "DecideApproval",
    {
        "decision": Literal["approve", "deny"],
        "arguments": NotRequired[Optional[Union[dict[str, Any], list[Any], str, float, bool]]],
        "comment": NotRequired[str],
    },
)

ChangeLimits = TypedDict(
    "ChangeLimits",
    {
        "max_steps": NotRequired[Optional[int]],
        "max_tool_calls": NotRequired[Optional[int]],
        "max_duration_s": NotRequired[Optional[int]],
        "max_tokens": NotRequired[Optional[int]],
        "max_cost_usd": NotRequired[Optional[float]],
        "max_repeats": NotRequired[Optional[int]],
        "max_children": NotRequired[Optional[int]],
        "max_depth": NotRequired[Optional[int]],
        "max_descendants": NotRequired[Optional[int]],
        "on_reached": NotRequired[Literal["wait", "fail", None]],
    },
)

UpdateTask = TypedDict(
    "UpdateTask",
    {
        "name": NotRequired[Optional[str]],
        "metadata": NotRequired[dict[str, Any]],
    },
)

BatchResult = TypedDict(
    "BatchResult",
    {
        "data": list["BatchOutcome"],
        "group_id": str,
    },
)

BatchOutcome = TypedDict(
    "BatchOutcome",
    {
        "index": int,
        "task": NotRequired["Task"],
        "replayed": NotRequired[bool],
        "error": NotRequired["Problem"],
    },
)

SubmitBatch = TypedDict(
    "SubmitBatch",
    {
        "tasks": list[dict[str, Any]],
    },
)

BulkResult = TypedDict(
    "BulkResult",
    {
        "data": list["BulkOutcome"],
        "next_cursor": Optional[str],
        "dry_run": bool,
        "count": Optional[int],
        "has_more": bool,
        "confirm": Optional[str],
        "expires_at": Optional[str],
    },
)

BulkOutcome = TypedDict(
    "BulkOutcome",
    {
        "id": str,
        "status": NotRequired[Literal["pending", "running", "waiting", "completed", "failed", "cancelled"]],
        "retried_as": NotRequired[str],
        "error": NotRequired["Problem"],
    },
)

CancelTasks = TypedDict(
    "CancelTasks",
    {
        "filter": dict[str, Any],
        "reason": NotRequired[str],
        "dry_run": NotRequired[bool],
        "confirm": NotRequired[str],
        "cursor": NotRequired[str],
        "limit": NotRequired[int],
    },
)

RetryTasks = TypedDict(
    "RetryTasks",
    {
        "filter": dict[str, Any],
        "config": NotRequired[Literal["same", "current"]],
        "dry_run": NotRequired[bool],
        "confirm": NotRequired[str],
        "cursor": NotRequired[str],
        "limit": NotRequired[int],
    },
)

EventPage = TypedDict(
    "EventPage",
    {
        "data": list["Event"],
        "next_cursor": Optional[str],
        "last_seq": int,
        "status": Literal["pending", "running", "waiting", "completed", "failed", "cancelled"],
    },
)

Event = Union["RunCreatedEvent", "RunStartedEvent", "RunWaitingEvent", "RunResumedEvent", "RunCompletedEvent", "RunFailedEvent", "RunCancelledEvent", "ModelRequestedEvent", "ModelDeltaEvent", "ModelCompletedEvent", "UsageRecordedEvent", "ModelFailedEvent", "ModelSupersededEvent", "ModelSwitchedEvent", "ToolRequestedEvent", "ChildStartedEvent", "ChildDelayedEvent", "ChildWaitingEvent", "ChildEndedEvent", "StepPlannedEvent", "ToolProgressedEvent", "ToolLoggedEvent", "InputRequestedEvent", "InputWithdrawnEvent", "ToolSuspendedEvent", "McpListedEvent", "ToolCompletedEvent", "ToolFailedEvent", "ToolOutcomeUnknownEvent", "ApprovalRequestedEvent", "ApprovalDecidedEvent", "ApprovalExpiredEvent", "MessageReceivedEvent", "MemoryRecalledEvent", "MemoryCompactedEvent", "LimitReachedEvent", "LimitChangedEvent", "LoopDetectedEvent", "RecoveryStartedEvent"]

RunCreatedEvent = TypedDict(
    "RunCreatedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["run.created"],
        "data": dict[str, Any],
    },
)

RunStartedEvent = TypedDict(
    "RunStartedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["run.started"],
        "data": dict[str, Any],
    },
)

RunWaitingEvent = TypedDict(
    "RunWaitingEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["run.waiting"],
        "data": dict[str, Any],
    },
)

RunResumedEvent = TypedDict(
    "RunResumedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["run.resumed"],
        "data": dict[str, Any],
    },
)

RunCompletedEvent = TypedDict(
    "RunCompletedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["run.completed"],
        "data": dict[str, Any],
    },
)

RunFailedEvent = TypedDict(
    "RunFailedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["run.failed"],
        "data": dict[str, Any],
    },
)

RunCancelledEvent = TypedDict(
    "RunCancelledEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["run.cancelled"],
        "data": dict[str, Any],
    },
)

ModelRequestedEvent = TypedDict(
    "ModelRequestedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["model.requested"],
        "data": dict[str, Any],
    },
)

ModelDeltaEvent = TypedDict(
    "ModelDeltaEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["model.delta"],
        "data": dict[str, Any],
    },
)

ModelCompletedEvent = TypedDict(
    "ModelCompletedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["model.completed"],
        "data": dict[str, Any],
    },
)

UsageRecordedEvent = TypedDict(
    "UsageRecordedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["usage.recorded"],
        "data": dict[str, Any],
    },
)

ModelFailedEvent = TypedDict(
    "ModelFailedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["model.failed"],
        "data": dict[str, Any],
    },
)

ModelSupersededEvent = TypedDict(
    "ModelSupersededEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["model.superseded"],
        "data": dict[str, Any],
    },
)

ModelSwitchedEvent = TypedDict(
    "ModelSwitchedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["model.switched"],
        "data": dict[str, Any],
    },
)

ToolRequestedEvent = TypedDict(
    "ToolRequestedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["tool.requested"],
        "data": dict[str, Any],
    },
)

ChildStartedEvent = TypedDict(
    "ChildStartedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["child.started"],
        "data": dict[str, Any],
    },
)

ChildDelayedEvent = TypedDict(
    "ChildDelayedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["child.delayed"],
        "data": dict[str, Any],
    },
)

ChildWaitingEvent = TypedDict(
    "ChildWaitingEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["child.waiting"],
        "data": dict[str, Any],
    },
)

ChildEndedEvent = TypedDict(
    "ChildEndedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["child.ended"],
        "data": dict[str, Any],
    },
)

StepPlannedEvent = TypedDict(
    "StepPlannedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["step.planned"],
        "data": dict[str, Any],
    },
)

ToolProgressedEvent = TypedDict(
    "ToolProgressedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["tool.progressed"],
        "data": dict[str, Any],
    },
)

ToolLoggedEvent = TypedDict(
    "ToolLoggedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["tool.logged"],
        "data": dict[str, Any],
    },
)

InputRequestedEvent = TypedDict(
    "InputRequestedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["input.requested"],
        "data": dict[str, Any],
    },
)

InputWithdrawnEvent = TypedDict(
    "InputWithdrawnEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["input.withdrawn"],
        "data": dict[str, Any],
    },
)

ToolSuspendedEvent = TypedDict(
    "ToolSuspendedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["tool.suspended"],
        "data": dict[str, Any],
    },
)

McpListedEvent = TypedDict(
    "McpListedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["mcp.listed"],
        "data": dict[str, Any],
    },
)

ToolCompletedEvent = TypedDict(
    "ToolCompletedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["tool.completed"],
        "data": dict[str, Any],
    },
)

ToolFailedEvent = TypedDict(
    "ToolFailedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["tool.failed"],
        "data": dict[str, Any],
    },
)

ToolOutcomeUnknownEvent = TypedDict(
    "ToolOutcomeUnknownEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["tool.outcome_unknown"],
        "data": dict[str, Any],
    },
)

ApprovalRequestedEvent = TypedDict(
    "ApprovalRequestedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["approval.requested"],
        "data": dict[str, Any],
    },
)

ApprovalDecidedEvent = TypedDict(
    "ApprovalDecidedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["approval.decided"],
        "data": dict[str, Any],
    },
)

ApprovalExpiredEvent = TypedDict(
    "ApprovalExpiredEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["approval.expired"],
        "data": dict[str, Any],
    },
)

MessageReceivedEvent = TypedDict(
    "MessageReceivedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["message.received"],
        "data": dict[str, Any],
    },
)

MemoryRecalledEvent = TypedDict(
    "MemoryRecalledEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["memory.recalled"],
        "data": dict[str, Any],
    },
)

MemoryCompactedEvent = TypedDict(
    "MemoryCompactedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["memory.compacted"],
        "data": dict[str, Any],
    },
)

LimitReachedEvent = TypedDict(
    "LimitReachedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["limit.reached"],
        "data": dict[str, Any],
    },
)

LimitChangedEvent = TypedDict(
    "LimitChangedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["limit.changed"],
        "data": dict[str, Any],
    },
)

LoopDetectedEvent = TypedDict(
    "LoopDetectedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["loop.detected"],
        "data": dict[str, Any],
    },
)

RecoveryStartedEvent = TypedDict(
    "RecoveryStartedEvent",
    {
        "seq": int,
        "at": str,
        "v": int,
        "task_id": NotRequired[str],
        "bytes": NotRequired[int],
        "truncated": NotRequired[Literal[True]],
        "type": Literal["recovery.started"],
        "data": dict[str, Any],
    },
)

TaskTree = TypedDict(
    "TaskTree",
    {
        "data": list["TreeTask"],
        "next_cursor": Optional[str],
        "usage": Any,
    },
)

TreeTask = TypedDict(
    "TreeTask",
    {
        "id": str,
        "parent_task_id": Optional[str],
        "depth": int,
        "agent": str,
        "name": Optional[str],
        "status": Literal["pending", "running", "waiting", "completed", "failed", "cancelled"],
        "waiting_for": Literal["approval", "input", "timer", "budget", "children", "schedule", "concurrency", "turn", "provider", None],
        "error_code": Optional[str],
        "usage": "Usage",
        "created_at": str,
        "completed_at": Optional[str],
    },
)

Usage = TypedDict(
    "Usage",
    {
        "steps": int,
        "model_calls": int,
        "tool_calls": int,
        "input_tokens": int,
        "output_tokens": int,
        "cost_usd": float,
    },
)

TreeEventPage = TypedDict(
    "TreeEventPage",
    {
        "data": list["Event"],
        "next_cursor": Optional[str],
        "cursor": str,
        "over": bool,
    },
)

Trace = TypedDict(
    "Trace",
    {
        "resourceSpans": list[dict[str, Any]],
    },
)

OutputPage = TypedDict(
    "OutputPage",
    {
        "text": str,
        "offset": int,
        "total": int,
        "next_offset": Optional[int],
    },
)

Prompt = TypedDict(
    "Prompt",
    {
        "call_id": str,
        "attempt": int,
        "seq": int,
        "purpose": Literal["step", "compact"],
        "model": str,
        "system": str,
        "turns": list["PromptTurn"],
        "tools": list[dict[str, Any]],
        "stop": list[str],
        "output_schema": NotRequired[dict[str, Any]],
        "body": str,
        "body_chars": int,
        "body_complete": bool,
        "body_sha256": str,
        "matches": bool,
    },
)

PromptTurn = Union["PromptUserTurn", "PromptAssistantTurn", "PromptToolTurn", "PromptNoticeTurn"]

PromptUserTurn = TypedDict(
    "PromptUserTurn",
    {
        "role": Literal["user"],
        "text": str,
        "images": NotRequired[list["PromptPicture"]],
        "files": NotRequired[list["PromptFile"]],
    },
)

PromptPicture = dict[str, Any]

PromptFile = TypedDict(
    "PromptFile",
    {
        "sha256": str,
        "name": str,
        "media_type": str,
        "bytes": int,
        "pages": NotRequired[int],
    },
)

PromptAssistantTurn = TypedDict(
    "PromptAssistantTurn",
    {
        "role": Literal["assistant"],
        "text": str,
        "tool_calls": list[dict[str, Any]],
    },
)

PromptToolTurn = TypedDict(
    "PromptToolTurn",
    {
        "role": Literal["tool"],
        "results": list[dict[str, Any]],
    },
)

PromptNoticeTurn = TypedDict(
    "PromptNoticeTurn",
    {
        "role": Literal["notice"],
        "text": str,
    },
)

Inbox = TypedDict(
    "Inbox",
    {
        "data": list["InboxEntry"],
        "next_cursor": Optional[str],
    },
)

InboxEntry = TypedDict(
    "InboxEntry",
    {
        "task_id": str,
        "name": Optional[str],
        "goal": Optional[str],
        "agent": str,
        "for": Literal["approval", "input", "timer", "budget", "children", "schedule", "concurrency", "turn", "provider"],
        "since": str,
        "until": Optional[str],
        "on_expiry": Literal["deny", "fail", "continue", "resume", None],
        "kind": Literal["approval", "question", "form", "address", "budget"],
        "call_id": NotRequired[str],
        "key": NotRequired[str],
        "tool": NotRequired[str],
        "arguments": NotRequired[Optional[Union[dict[str, Any], list[Any], str, float, bool]]],
        "question": NotRequired[str],
        "url": NotRequired[str],
        "server": NotRequired[str],
        "schema": NotRequired[dict[str, Any]],
        "limit": NotRequired[str],
        "limit_task_id": NotRequired[str],
        "tasks": NotRequired[list[str]],
        "reason": NotRequired[Literal["policy", "outcome_unknown"]],
        "rule": NotRequired[str],
        "untrusted_since": NotRequired[str],
        "truncated": NotRequired[Literal[True]],
        "seq": int,
    },
)

FeedPage = TypedDict(
    "FeedPage",
    {
        "data": list["StatusChange"],
        "next_cursor": Optional[str],
        "cursor": str,
    },
)

StatusChange = TypedDict(
    "StatusChange",
    {
        "task_id": str,
        "seq": int,
        "status": Literal["pending", "running", "waiting", "completed", "failed", "cancelled"],
        "waiting_for": Optional[str],
        "agent": str,
        "deleted": bool,
        "at": str,
    },
)

ToolList = TypedDict(
    "ToolList",
    {
        "data": list["Tool"],
        "next_cursor": Optional[str],
    },
)

Tool = TypedDict(
    "Tool",
    {
        "name": str,
        "kind": Literal["built_in", "http", "code"],
        "version": Optional[int],
        "enabled": bool,
        "description": str,
        "input_schema": dict[str, Any],
        "output_schema": Optional[dict[str, Any]],
        "effect": Literal["pure", "idempotent", "once", "probe"],
        "approval": Literal["never", "always"],
        "untrusted": Literal["web", "mcp", "memory", "task", None],
        "timeout_ms": int,
        "http": NotRequired[dict[str, Any]],
        "code": NotRequired[dict[str, Any]],
        "created_at": NotRequired[str],
        "updated_at": NotRequired[str],
    },
)

RegisterTool = dict[str, Any]

ReplaceTool = dict[str, Any]

EnableTool = TypedDict(
    "EnableTool",
    {
        "enabled": bool,
    },
)

McpServerList = TypedDict(
    "McpServerList",
    {
        "data": list["McpServer"],
        "next_cursor": Optional[str],
    },
)

McpServer = TypedDict(
    "McpServer",
    {
        "name": str,
        "source": Literal["deployment", "tenant"],
        "version": Optional[int],
        "enabled": bool,
        "url": str,
        "headers": dict[str, Any],
        "timeout_ms": int,
        "effects": dict[str, Any],
        "trust_annotations": bool,
        "approval": Literal["never", "always"],
        "oauth": NotRequired[dict[str, Any]],
        "health": "McpHealth",
        "created_at": NotRequired[str],
        "updated_at": NotRequired[str],
    },
)

McpHealth = TypedDict(
    "McpHealth",
    {
        "status": Literal["unknown", "ok", "down", "unauthorized"],
        "code": Optional[str],
        "message": Optional[str],
        "checked_at": Optional[str],
        "tools": Optional[int],
        "problems": int,
        "expires_at": Optional[str],
    },
)

CreateMcpServer = TypedDict(
    "CreateMcpServer",
    {
        "name": str,
        "url": str,
        "headers": NotRequired[dict[str, Any]],
        "enabled": NotRequired[bool],
        "timeout_ms": NotRequired[int],
        "effects": NotRequired[dict[str, Any]],
        "trust_annotations": NotRequired[bool],
        "approval": NotRequired[Literal["never", "always"]],
        "oauth": NotRequired["McpOAuth"],
    },
)

McpOAuth = TypedDict(
    "McpOAuth",
    {
        "client_id": NotRequired[str],
        "client_secret": NotRequired[str],
        "scope": NotRequired[str],
        "grant": NotRequired[Literal["authorization_code", "client_credentials"]],
    },
)

ReplaceMcpServer = TypedDict(
    "ReplaceMcpServer",
    {
        "name": NotRequired[str],
        "url": str,
        "headers": NotRequired[dict[str, Any]],
        "enabled": NotRequired[bool],
        "timeout_ms": NotRequired[int],
        "effects": NotRequired[dict[str, Any]],
        "trust_annotations": NotRequired[bool],
        "approval": NotRequired[Literal["never", "always"]],
        "oauth": NotRequired["McpOAuth"],
    },
)

EnableMcpServer = TypedDict(
    "EnableMcpServer",
    {
        "enabled": bool,
    },
)

McpToolPage = TypedDict(
    "McpToolPage",
    {
        "data": list["McpTool"],
        "next_cursor": Optional[str],
        "total": int,
        "fetched_at": Optional[str],
        "expires_at": Optional[str],
        "instructions": Optional[str],
        "problems": list["McpProblem"],
        "problem_count": int,
    },
)

McpTool = TypedDict(
    "McpTool",
    {
        "name": str,
        "call_as": str,
        "description": str,
        "input_schema": dict[str, Any],
        "output_schema": Optional[dict[str, Any]],
        "annotations": Optional[dict[str, Any]],
    },
)

McpProblem = TypedDict(
    "McpProblem",
    {
        "name": str,
        "reason": str,
    },
)

McpAuthorization = TypedDict(
    "McpAuthorization",
    {
        "authorized": bool,
        "authorization_url": NotRequired[str],
        "expires_at": NotRequired[str],
    },
)

WebhookList = TypedDict(
    "WebhookList",
    {
        "data": list["Webhook"],
        "next_cursor": Optional[str],
    },
)

Webhook = TypedDict(
    "Webhook",
    {
        "id": str,
        "url": str,
        "types": list[Literal["task.started", "task.waiting", "task.completed", "task.failed", "task.cancelled", "approval.requested", "schedule.skipped", "schedule.paused", "provider.degraded", "provider.recovered"]],
        "description": Optional[str],
        "enabled": bool,
        "disabled_reason": Literal["gone", "failing", None],
        "failing_since": Optional[str],
        "version": int,
        "created_at": str,
        "updated_at": str,
    },
)

NewWebhook = TypedDict(
    "NewWebhook",
    {
        "id": str,
        "url": str,
        "types": list[Literal["task.started", "task.waiting", "task.completed", "task.failed", "task.cancelled", "approval.requested", "schedule.skipped", "schedule.paused", "provider.degraded", "provider.recovered"]],
        "description": Optional[str],
        "enabled": bool,
        "disabled_reason": Literal["gone", "failing", None],
        "failing_since": Optional[str],
        "version": int,
        "created_at": str,
        "updated_at": str,
        "secret": str,
    },
)

CreateWebhook = TypedDict(
    "CreateWebhook",
    {
        "url": str,
        "types": NotRequired[list[Literal["task.started", "task.waiting", "task.completed", "task.failed", "task.cancelled", "approval.requested", "schedule.skipped", "schedule.paused", "provider.degraded", "provider.recovered"]]],
        "description": NotRequired[Optional[str]],
        "enabled": NotRequired[bool],
    },
)

ChangeWebhook = TypedDict(
    "ChangeWebhook",
    {
        "url": NotRequired[str],
        "types": NotRequired[list[Literal["task.started", "task.waiting", "task.completed", "task.failed", "task.cancelled", "approval.requested", "schedule.skipped", "schedule.paused", "provider.degraded", "provider.recovered"]]],
        "description": NotRequired[Optional[str]],
        "enabled": NotRequired[bool],
    },
)

SigningSecret = TypedDict(
    "SigningSecret",
    {
        "secret": str,
        "previous_until": Optional[str],
    },
)

WebhookDelivery = TypedDict(
    "WebhookDelivery",
    {
        "id": str,
        "type": str,
        "task_id": Optional[str],
        "seq": Optional[int],
        "state": Literal["pending", "delivered", "failed"],
        "attempts": int,
        "next_attempt_at": Optional[str],
        "last_attempt_at": Optional[str],
        "last_status": Optional[int],
        "last_error": Optional[str],
        "delivered_at": Optional[str],
        "created_at": str,
    },
)

WebhookDeliveryList = TypedDict(
    "WebhookDeliveryList",
    {
        "data": list["WebhookDelivery"],
        "next_cursor": Optional[str],
    },
)

HookList = TypedDict(
    "HookList",
    {
        "data": list["Hook"],
        "next_cursor": Optional[str],
    },
)

Hook = TypedDict(
    "Hook",
    {
        "id": str,
        "name": str,
        "url": str,
        "scheme": Literal["standard", "github"],
        "template": dict[str, Any],
        "enabled": bool,
        "version": int,
        "created_at": str,
        "updated_at": str,
    },
)

NewHook = TypedDict(
    "NewHook",
    {
        "id": str,
        "name": str,
        "url": str,
        "scheme": Literal["standard", "github"],
        "template": dict[str, Any],
        "enabled": bool,
        "version": int,
        "created_at": str,
        "updated_at": str,
        "secret": str,
    },
)

CreateHook = TypedDict(
    "CreateHook",
    {
        "name": str,
        "template": dict[str, Any],
        "scheme": NotRequired[Literal["standard", "github"]],
        "enabled": NotRequired[bool],
        "secret": NotRequired[str],
    },
)

ChangeHook = TypedDict(
    "ChangeHook",
    {
        "name": NotRequired[str],
        "template": NotRequired[dict[str, Any]],
        "enabled": NotRequired[bool],
    },
)

StartedTask = TypedDict(
    "StartedTask",
    {
        "id": str,
        "task_id": str,
        "status": str,
        "created_at": str,
    },
)

ScheduleList = TypedDict(
    "ScheduleList",
    {
        "data": list["Schedule"],
        "next_cursor": Optional[str],
    },
)

Schedule = TypedDict(
    "Schedule",
    {
        "id": str,
        "name": str,
        "state": Literal["active", "paused", "ended"],
        "spec": dict[str, Any],
        "action": dict[str, Any],
        "policy": dict[str, Any],
        "note": Optional[str],
        "paused_by": Optional[str],
        "next_at": Optional[str],
        "started": int,
        "skipped": int,
        "created_by": str,
        "version": int,
        "created_at": str,
        "updated_at": str,
        "warnings": NotRequired[list[str]],
    },
)

WriteSchedule = TypedDict(
    "WriteSchedule",
    {
        "name": str,
        "spec": "ScheduleSpec",
        "action": "ScheduleAction",
        "policy": NotRequired["SchedulePolicy"],
    },
)

ScheduleSpec = TypedDict(
    "ScheduleSpec",
    {
        "cron": NotRequired[Optional[list[str]]],
        "every_s": NotRequired[Optional[int]],
        "anchor": NotRequired[Optional[str]],
        "timezone": NotRequired[str],
        "dst_gap": NotRequired[Literal["next", "skip"]],
        "dst_overlap": NotRequired[Literal["first", "last", "both"]],
        "exclude": NotRequired[list[str]],
        "starts_at": NotRequired[Optional[str]],
        "ends_at": NotRequired[Optional[str]],
        "max_fires": NotRequired[Optional[int]],
        "jitter_s": NotRequired[int],
    },
)

ScheduleAction = TypedDict(
    "ScheduleAction",
    {
        "task": dict[str, Any],
        "agent_version": NotRequired[Optional[int]],
    },
)

SchedulePolicy = TypedDict(
    "SchedulePolicy",
    {
        "overlap": NotRequired[Literal["skip", "queue_one", "allow", "cancel_running"]],
        "catch_up": NotRequired[Literal["last", "none", "all"]],
        "catch_up_window_s": NotRequired[int],
        "pause_after_failures": NotRequired[Optional[int]],
        "pause_after_refusals": NotRequired[Optional[int]],
    },
)

OccurrenceList = TypedDict(
    "OccurrenceList",
    {
        "data": list["Occurrence"],
        "next_cursor": Optional[str],
    },
)

Occurrence = TypedDict(
    "Occurrence",
    {
        "occurrence_at": str,
        "at": str,
        "local": str,
        "note": Literal["moved_by_gap", "second_of_overlap", "excluded", None],
    },
)

PreviewSchedule = TypedDict(
    "PreviewSchedule",
    {
        "spec": "ScheduleSpec",
        "name": NotRequired[str],
        "after": NotRequired[str],
        "limit": NotRequired[int],
    },
)

ScheduleNote = TypedDict(
    "ScheduleNote",
    {
        "note": NotRequired[Optional[str]],
    },
)

Firing = TypedDict(
    "Firing",
    {
        "occurrence_at": str,
        "until": str,
        "count": int,
        "trigger": Literal["cron", "catch_up", "manual", "backfill"],
        "status": Literal["due", "queued", "started", "skipped_overlap", "missed", "refused", "excluded"],
        "task_id": Optional[str],
        "task_status": Literal["pending", "running", "waiting", "completed", "failed", "cancelled", None],
        "reason": Optional[str],
        "detail": Optional[str],
        "at": str,
    },
)

TriggerSchedule = TypedDict(
    "TriggerSchedule",
    {
        "occurrence_at": NotRequired[Optional[str]],
        "overlap": NotRequired[Literal["skip", "queue_one", "allow", "cancel_running"]],
    },
)

Backfill = TypedDict(
    "Backfill",
    {
        "dry_run": bool,
        "count": int,
        "occurrences": list[str],
    },
)

BackfillSchedule = TypedDict(
    "BackfillSchedule",
    {
        "from": str,
        "to": str,
        "overlap": NotRequired[Literal["skip", "queue_one", "allow", "cancel_running"]],
        "dry_run": NotRequired[bool],
    },
)

FiringList = TypedDict(
    "FiringList",
    {
        "data": list["Firing"],
        "next_cursor": Optional[str],
    },
)

Attachment = TypedDict(
    "Attachment",
    {
        "sha256": str,
        "media_type": str,
        "bytes": int,
        "pages": Optional[int],
        "tasks": int,
        "created_at": str,
    },
)

AttachmentList = TypedDict(
    "AttachmentList",
    {
        "data": list["Attachment"],
        "next_cursor": Optional[str],
    },
)

ConversationList = TypedDict(
    "ConversationList",
    {
        "data": list["Conversation"],
        "next_cursor": Optional[str],
    },
)

Conversation = TypedDict(
    "Conversation",
    {
        "id": str,
        "head_task_id": str,
        "turns": int,
        "status": Literal["pending", "running", "waiting", "completed", "failed", "cancelled", None],
        "agent": Optional[str],
        "last_message": Optional[str],
        "subject": Optional[str],
        "branched_from": Optional[str],
        "created_at": str,
        "updated_at": str,
    },
)

ConversationTurns = TypedDict(
    "ConversationTurns",
    {
        "data": list["ConversationTurn"],
        "next_cursor": Optional[str],
        "id": str,
        "head_task_id": str,
        "turns": int,
        "status": Literal["pending", "running", "waiting", "completed", "failed", "cancelled", None],
        "agent": Optional[str],
        "last_message": Optional[str],
        "subject": Optional[str],
        "branched_from": Optional[str],
        "created_at": str,
        "updated_at": str,
    },
)

ConversationTurn = TypedDict(
    "ConversationTurn",
    {
        "id": str,
        "turn": int,
        "agent": str,
        "status": Literal["pending", "running", "waiting", "completed", "failed", "cancelled"],
        "waiting_for": Literal["approval", "input", "timer", "budget", "children", "schedule", "concurrency", "turn", "provider", None],
        "continues_task_id": Optional[str],
        "created_at": str,
        "completed_at": Optional[str],
    },
)

ConversationMessages = TypedDict(
    "ConversationMessages",
    {
        "data": list["ConversationMessage"],
        "next_cursor": Optional[str],
    },
)

ConversationMessage = TypedDict(
    "ConversationMessage",
    {
        "task_id": str,
        "turn": int,
        "role": Literal["user", "assistant"],
        "text": Optional[str],
        "status": Literal["pending", "running", "waiting", "completed", "failed", "cancelled"],
        "created_at": str,
    },
)

MemoryStoreList = TypedDict(
    "MemoryStoreList",
    {
        "data": list["MemoryStore"],
        "next_cursor": Optional[str],
    },
)

MemoryStore = TypedDict(
    "MemoryStore",
    {
        "store": str,
        "agent": Optional[str],
        "subject": Optional[str],
        "items": int,
        "chars": int,
        "created_at": str,
        "updated_at": str,
    },
)

MemoryBlockList = TypedDict(
    "MemoryBlockList",
    {
        "data": list["MemoryBlock"],
        "next_cursor": Optional[str],
    },
)

MemoryBlock = TypedDict(
    "MemoryBlock",
    {
        "label": str,
        "description": Optional[str],
        "content": str,
        "read_only": bool,
        "trust": Literal["user", "agent", "untrusted"],
        "version": int,
        "created_at": str,
        "updated_at": str,
    },
)

WriteMemoryBlock = TypedDict(
    "WriteMemoryBlock",
    {
        "content": str,
        "description": NotRequired[Optional[str]],
        "read_only": NotRequired[bool],
    },
)

MemoryVersionList = TypedDict(
    "MemoryVersionList",
    {
        "data": list["MemoryVersion"],
        "next_cursor": Optional[str],
    },
)

MemoryVersion = TypedDict(
    "MemoryVersion",
    {
        "version": int,
        "op": Literal["create", "change", "edit", "delete", "restore"],
        "content": Optional[str],
        "trust": Literal["user", "agent", "untrusted"],
        "by": str,
        "task_id": Optional[str],
        "call_id": Optional[str],
        "at": str,
    },
)

RestoreMemory = TypedDict(
    "RestoreMemory",
    {
        "version": int,
    },
)

MemoryItemList = TypedDict(
    "MemoryItemList",
    {
        "data": list["MemoryItem"],
        "next_cursor": Optional[str],
    },
)

MemoryItem = TypedDict(
    "MemoryItem",
    {
        "id": str,
        "key": Optional[str],
        "content": str,
        "tags": list[str],
        "trust": Literal["user", "agent", "untrusted"],
        "version": int,
        "score": Optional[float],
        "created_at": str,
        "updated_at": str,
        "expires_at": Optional[str],
    },
)

WriteMemoryItem = TypedDict(
    "WriteMemoryItem",
    {
        "content": str,
        "key": NotRequired[Optional[str]],
        "tags": NotRequired[list[str]],
        "expires_in_s": NotRequired[Optional[int]],
    },
)

SubjectDeletion = TypedDict(
    "SubjectDeletion",
    {
        "subject": str,
        "status": Literal["running", "completed"],
        "tasks": Literal["delete", "keep"],
        "report": dict[str, Any],
        "created_at": str,
        "updated_at": str,
        "completed_at": Optional[str],
    },
)

AgentList = TypedDict(
    "AgentList",
    {
        "data": list["Agent"],
        "next_cursor": Optional[str],
    },
)

Agent = TypedDict(
    "Agent",
    {
        "name": str,
        "version": int,
        "description": Optional[str],
        "config": Optional[dict[str, Any]],
        "limits": dict[str, Any],
        "built_in": bool,
        "created_at": Optional[str],
        "updated_at": Optional[str],
    },
)

CreateAgent = TypedDict(
    "CreateAgent",
    {
        "name": str,
        "description": NotRequired[Optional[str]],
        "config": NotRequired[Any],
        "limits": NotRequired[Any],
    },
)

ReplaceAgent = TypedDict(
    "ReplaceAgent",
    {
        "name": NotRequired[str],
        "description": NotRequired[Optional[str]],
        "config": NotRequired[Any],
        "limits": NotRequired[Any],
    },
)

AgentVersionList = TypedDict(
    "AgentVersionList",
    {
        "data": list["AgentVersion"],
        "next_cursor": Optional[str],
    },
)

AgentVersion = TypedDict(
    "AgentVersion",
    {
        "name": str,
        "version": int,
        "description": Optional[str],
        "config": Optional[dict[str, Any]],
        "limits": dict[str, Any],
        "built_in": bool,
        "created_at": Optional[str],
    },
)

UsageReport = TypedDict(
    "UsageReport",
    {
        "data": list["UsageSum"],
        "next_cursor": Optional[str],
        "from": str,
        "to": str,
    },
)

UsageSum = TypedDict(
    "UsageSum",
    {
        "day": Optional[str],
        "agent": Optional[str],
        "model": Optional[str],
        "tasks": int,
        "model_calls": int,
        "input_tokens": int,
        "cached_input_tokens": int,
        "output_tokens": int,
        "cost_usd": float,
    },
)

BudgetList = TypedDict(
    "BudgetList",
    {
        "data": list["Budget"],
        "next_cursor": Optional[str],
    },
)

Budget = TypedDict(
    "Budget",
    {
        "scope": str,
        "agent": Optional[str],
        "period": Literal["day", "month"],
        "max_cost_usd": float,
        "spent_usd": float,
        "reserved_usd": float,
    },
)

SetBudget = TypedDict(
    "SetBudget",
    {
        "max_cost_usd": float,
    },
)

ConcurrencyList = TypedDict(
    "ConcurrencyList",
    {
        "data": list["ConcurrencyCap"],
        "next_cursor": Optional[str],
    },
)

ConcurrencyCap = TypedDict(
    "ConcurrencyCap",
    {
        "scope": str,
        "agent": Optional[str],
        "max_runs": int,
        "running": int,
        "waiting": int,
    },
)

SetConcurrencyCap = TypedDict(
    "SetConcurrencyCap",
    {
        "max_runs": int,
    },
)

KeyList = TypedDict(
    "KeyList",
    {
        "data": list["Key"],
        "next_cursor": Optional[str],
    },
)

Key = TypedDict(
    "Key",
    {
        "id": str,
        "tenant": str,
        "name": str,
        "scopes": list[Literal["tasks:read", "tasks:write", "tools:write", "agents:write", "keys:write", "webhooks:write", "limits:write", "secrets:write", "schedules:write", "memory:read", "memory:write", "audit:read", "admin", "platform"]],
        "created_at": str,
        "expires_at": Optional[str],
        "revoked_at": Optional[str],
    },
)

NewKey = TypedDict(
    "NewKey",
    {
        "id": str,
        "tenant": str,
        "name": str,
        "scopes": list[Literal["tasks:read", "tasks:write", "tools:write", "agents:write", "keys:write", "webhooks:write", "limits:write", "secrets:write", "schedules:write", "memory:read", "memory:write", "audit:read", "admin", "platform"]],
        "created_at": str,
        "expires_at": Optional[str],
        "revoked_at": Optional[str],
        "key": str,
    },
)

CreateKey = TypedDict(
    "CreateKey",
    {
        "name": str,
        "scopes": list[Literal["tasks:read", "tasks:write", "tools:write", "agents:write", "keys:write", "webhooks:write", "limits:write", "secrets:write", "schedules:write", "memory:read", "memory:write", "audit:read", "admin", "platform"]],
        "tenant": NotRequired[str],
        "expires_at": NotRequired[Optional[str]],
    },
)

RotateKey = TypedDict(
    "RotateKey",
    {
        "grace_s": NotRequired[int],
    },
)

SecretList = TypedDict(
    "SecretList",
    {
        "data": list["Secret"],
        "next_cursor": Optional[str],
    },
)

Secret = TypedDict(
    "Secret",
    {
        "name": str,
        "version": int,
        "hosts": Optional[list[str]],
        "created_at": str,
        "updated_at": str,
        "last_used_on": Optional[str],
    },
)

SetSecret = TypedDict(
    "SetSecret",
    {
        "value": str,
        "hosts": NotRequired[Optional[list[str]]],
    },
)

Telemetry = TypedDict(
    "Telemetry",
    {
        "url": str,
        "metrics_url": Optional[str],
        "header_names": list[str],
        "format": Literal["protobuf", "json"],
        "content": Literal["none", "messages", "all"],
        "sampling": Optional[str],
        "created_at": str,
        "updated_at": str,
        "failed_exports": int,
        "rejected_spans": int,
        "last_error": Optional[str],
        "last_failed_at": Optional[str],
    },
)

SetTelemetry = TypedDict(
    "SetTelemetry",
    {
        "url": str,
        "metrics_url": NotRequired[Optional[str]],
        "headers": NotRequired[dict[str, Any]],
        "format": NotRequired[Literal["protobuf", "json"]],
        "content": NotRequired[Literal["none", "messages", "all"]],
        "sampling": NotRequired[Optional[str]],
    },
)

TraceExport = TypedDict(
    "TraceExport",
    {
        "task_id": str,
    },
)

AuditList = TypedDict(
    "AuditList",
    {
        "data": list["AuditEntry"],
        "next_cursor": Optional[str],
    },
)

AuditEntry = TypedDict(
    "AuditEntry",
    {
        "id": str,
        "at": str,
        "by": str,
        "action": str,
        "subject": str,
        "details": dict[str, Any],
    },
)

Invariants = TypedDict(
    "Invariants",
    {
        "data": list["Violation"],
        "next_cursor": Optional[str],
        "checked": int,
    },
)

Violation = TypedDict(
    "Violation",
    {
        "kind": Literal["not_dispatched", "no_alarm", "overdue", "behind", "no_log", "unreachable", "orphaned", "late_schedules", "stuck_turn"],
        "task_id": Optional[str],
        "status": Literal["pending", "running", "waiting", "completed", "failed", "cancelled", None],
        "detail": str,
    },
)

AdminHealth = TypedDict(
    "AdminHealth",
    {
        "status": Literal["ok", "degraded"],
        "tasks": list[dict[str, Any]],
        "waiting": list[dict[str, Any]],
        "oldest_pending": Optional[dict[str, Any]],
        "webhooks": dict[str, Any],
        "schedules_late_since": Optional[str],
        "traces": Optional[dict[str, Any]],
        "providers": list[str],
    },
)

ProviderList = TypedDict(
    "ProviderList",
    {
        "data": list["Provider"],
        "next_cursor": Optional[str],
    },
)

Provider = TypedDict(
    "Provider",
    {
        "provider": str,
        "model_family": str,
        "own_key": bool,
        "breaker": Literal["closed", "open", "half_open"],
        "changed_at": str,
        "retry_at": Optional[str],
        "paused_until": Optional[str],
        "limits": list[dict[str, Any]],
        "in_flight": int,
        "waiting": int,
        "waiting_of_tenant": int,
        "available": bool,
    },
)

JsonRpcError = TypedDict(
    "JsonRpcError",
    {
        "jsonrpc": Literal["2.0"],
        "error": dict[str, Any],
        "id": Optional[Union[str, float]],
    },
)

Health = TypedDict(
    "Health",
    {
        "status": Literal["ok", "degraded"],
        "version": str,
        "database": Literal["ok", "unreachable"],
        "queue": Literal["ok", "unbound"],
        "models": list[str],
    },
)


def _quote(part: str) -> str:
    return quote(part, safe="")


class Operations:
    """One method for each operation of the API."""

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str | None] | None = None,
        repeatable: bool = False,
        key: str | None = None,
    ) -> Any:
        raise NotImplementedError

    def _pages(self, path: str, query: Mapping[str, Any]) -> Iterator[Any]:
        raise NotImplementedError

    def list_tasks(
        self,
        *,
        status: list[Literal["pending", "running", "waiting", "completed", "failed", "cancelled"]] | None = None,
        waiting_for: Literal["approval", "input", "timer", "budget", "children", "schedule", "concurrency", "turn", "provider"] | None = None,
        agent: str | None = None,
        schedule_id: str | None = None,
        group_id: str | None = None,
        subject: str | None = None,
        root_task_id: str | None = None,
        parent_task_id: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        updated_after: str | None = None,
        q: str | None = None,
        order: Literal["newest", "oldest"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> TaskList:
        """List tasks, newest first.

        Also filters by `metadata.<key>=<value>`. A page with filters examines at most 2,000 tasks, so it may hold fewer than `limit` and still have a next one. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            "/api/v1/tasks",
            query={"status": status, "waiting_for": waiting_for, "agent": agent, "schedule_id": schedule_id, "group_id": group_id, "subject": subject, "root_task_id": root_task_id, "parent_task_id": parent_task_id, "created_after": created_after, "created_before": created_before, "updated_after": updated_after, "q": q, "order": order, "limit": limit, "cursor": cursor, "metadata": metadata},
            repeatable=True,
        )

    def iterate_tasks(
        self,
        *,
        status: list[Literal["pending", "running", "waiting", "completed", "failed", "cancelled"]] | None = None,
        waiting_for: Literal["approval", "input", "timer", "budget", "children", "schedule", "concurrency", "turn", "provider"] | None = None,
        agent: str | None = None,
        schedule_id: str | None = None,
        group_id: str | None = None,
        subject: str | None = None,
        root_task_id: str | None = None,
        parent_task_id: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        updated_after: str | None = None,
        q: str | None = None,
        order: Literal["newest", "oldest"] | None = None,
        limit: int | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Iterator[Task]:
        """List tasks, newest first: all pages, one item at a time."""
        return self._pages("/api/v1/tasks", {"status": status, "waiting_for": waiting_for, "agent": agent, "schedule_id": schedule_id, "group_id": group_id, "subject": subject, "root_task_id": root_task_id, "parent_task_id": parent_task_id, "created_after": created_after, "created_before": created_before, "updated_after": updated_after, "q": q, "order": order, "limit": limit, "metadata": metadata})

    def submit_task(
        self,
        body: SubmitTask,
        *,
        idempotency_key: str | None = None,
        wait: int | None = None,
    ) -> Task:
        """Submit a task.

        After the 201, the task either finishes or pauses for a stated reason. Needs the scope `tasks:write`."""
        return self._call(
            "POST",
            "/api/v1/tasks",
            body=body,
            headers={"Prefer": None if wait is None else f"wait={wait}"},
            key=idempotency_key or "",
        )

    def count_tasks(
        self,
        *,
        group_by: Literal["status", "agent", "waiting_for"] | None = None,
        status: list[Literal["pending", "running", "waiting", "completed", "failed", "cancelled"]] | None = None,
        agent: str | None = None,
    ) -> TaskCounts:
        """Count tasks by status, agent or wait.

        Reads stored counts of ended tasks, and one row for each open task. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            "/api/v1/tasks/counts",
            query={"group_by": group_by, "status": status, "agent": agent},
            repeatable=True,
        )

    def get_task(
        self,
        id: str,
        *,
        wait: int | None = None,
    ) -> Task:
        """Get one task.

        Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/tasks/{_quote(id)}",
            headers={"Prefer": None if wait is None else f"wait={wait}"},
            repeatable=True,
        )

    def update_task(
        self,
        id: str,
        body: UpdateTask,
    ) -> Task:
        """Change the name and metadata of a task.

        Works in every state of the task, and does not affect its run. `metadata` is merged by key; null removes a key. Needs the scope `tasks:write`."""
        return self._call(
            "PATCH",
            f"/api/v1/tasks/{_quote(id)}",
            body=body,
        )

    def delete_task(
        self,
        id: str,
    ) -> None:
        """Delete a finished task.

        Deletes its log, outputs, webhook deliveries and idempotency keys. Its usage stays in the reports. An unfinished task must be cancelled first. Needs the scope `tasks:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/tasks/{_quote(id)}",
            repeatable=True,
        )

    def cancel_task(
        self,
        id: str,
        body: CancelTask | None = None,
    ) -> Task:
        """Cancel a task.

        Aborts the call in flight. Has no effect on a finished task. Needs the scope `tasks:write`."""
        return self._call(
            "POST",
            f"/api/v1/tasks/{_quote(id)}/cancel",
            body=body,
        )

    def create_ticket(
        self,
        id: str,
    ) -> Ticket:
        """Create a ticket to watch a task from a browser.

        Valid for 60 seconds, for the events of this task: `?ticket=…`. Needs the scope `tasks:read`."""
        return self._call(
            "POST",
            f"/api/v1/tasks/{_quote(id)}/ticket",
        )

    def retry_task(
        self,
        id: str,
        body: RetryTask | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Task:
        """Retry a task.

        Submits a new task with the same input; its `retry_of` is this task, which must have finished. `config` chooses the config of the task (`same`) or the agent as it is today (`current`). Needs the scope `tasks:write`."""
        return self._call(
            "POST",
            f"/api/v1/tasks/{_quote(id)}/retry",
            body=body,
            key=idempotency_key or "",
        )

    def send_message(
        self,
        id: str,
        body: SendMessage,
        *,
        idempotency_key: str | None = None,
    ) -> Task:
        """Send a message to a run.

        If the run waits for `input`, the message answers its question. Otherwise the model sees it with its next call. Needs the scope `tasks:write`."""
        return self._call(
            "POST",
            f"/api/v1/tasks/{_quote(id)}/messages",
            body=body,
            key=idempotency_key or "",
        )

    def decide_approval(
        self,
        id: str,
        call_id: str,
        body: DecideApproval,
        *,
        task_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> Task:
        """Approve or deny a tool call.

        A call can be decided once. Edited arguments are validated against the tool's schema. `task_id` decides a call of a task below this one, and returns that task. Needs the scope `tasks:write`."""
        return self._call(
            "POST",
            f"/api/v1/tasks/{_quote(id)}/approvals/{_quote(call_id)}",
            query={"task_id": task_id},
            body=body,
            key=idempotency_key or "",
        )

    def change_limits(
        self,
        id: str,
        body: ChangeLimits,
    ) -> Task:
        """Change the limits of a live run.

        A run that waits for `budget` resumes if the limit it reached is raised. null removes a limit. Needs the scope `tasks:write`."""
        return self._call(
            "PATCH",
            f"/api/v1/tasks/{_quote(id)}/limits",
            body=body,
        )

    def submit_batch(
        self,
        body: SubmitBatch,
        *,
        idempotency_key: str | None = None,
    ) -> BatchResult:
        """Submit up to 100 tasks.

        Each task has its own outcome, in the order of the request; a refused one does not affect the others. Each counts as a request against the rate limit. The tasks have the `group_id` of the answer. With an `Idempotency-Key`, a repeated batch returns the tasks of the first. Needs the scope `tasks:write`."""
        return self._call(
            "POST",
            "/api/v1/tasks/batch",
            body=body,
            key=idempotency_key or "",
        )

    def cancel_tasks(
        self,
        body: CancelTasks,
    ) -> BulkResult:
        """Cancel many tasks.

        The first request is a dry run: it returns how many tasks match, and the text `confirm`. Send the same body with `dry_run: false` and this text. The change applies to tasks that existed at the dry run. Continue with `cursor` until `next_cursor` is null; a page may be short or empty before. Each task has its own outcome and counts as a request against the rate limit. Every request can be repeated. Needs the scope `tasks:write`."""
        return self._call(
            "POST",
            "/api/v1/tasks/cancel",
            body=body,
        )

    def retry_tasks(
        self,
        body: RetryTasks,
    ) -> BulkResult:
        """Retry many tasks.

        The first request is a dry run: it returns how many tasks match, and the text `confirm`. Send the same body with `dry_run: false` and this text. The change applies to tasks that existed at the dry run. Continue with `cursor` until `next_cursor` is null; a page may be short or empty before. Each task has its own outcome and counts as a request against the rate limit. Every request can be repeated. Needs the scope `tasks:write`."""
        return self._call(
            "POST",
            "/api/v1/tasks/retry",
            body=body,
        )

    def list_events(
        self,
        id: str,
        *,
        after: int | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        types: str | None = None,
        outline: Literal["0", "1"] | None = None,
    ) -> EventPage:
        """Read or stream the event log of a task.

        Returns a JSON page. With `Accept: text/event-stream`, a live stream (resume with `Last-Event-ID` or `after`). With `Upgrade: websocket`, the live protocol `opspawn.v1`. `types` and `outline` apply to all three. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/tasks/{_quote(id)}/events",
            query={"after": after, "cursor": cursor, "limit": limit, "types": types, "outline": outline},
            repeatable=True,
        )

    def iterate_events(
        self,
        id: str,
        *,
        after: int | None = None,
        limit: int | None = None,
        types: str | None = None,
        outline: Literal["0", "1"] | None = None,
    ) -> Iterator[Event]:
        """Read or stream the event log of a task: all pages, one item at a time."""
        return self._pages(f"/api/v1/tasks/{_quote(id)}/events", {"after": after, "limit": limit, "types": types, "outline": outline})

    def get_task_tree(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> TaskTree:
        """List a task and all tasks below it.

        Reads stored statuses, which may be a second old. Each task is a task of its own: `GET /api/v1/tasks/{id}` has all of it. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/tasks/{_quote(id)}/tree",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_task_tree(
        self,
        id: str,
        *,
        limit: int | None = None,
    ) -> Iterator[TreeTask]:
        """List a task and all tasks below it: all pages, one item at a time."""
        return self._pages(f"/api/v1/tasks/{_quote(id)}/tree", {"limit": limit})

    def list_tree_events(
        self,
        id: str,
        *,
        after: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        types: str | None = None,
        outline: Literal["0", "1"] | None = None,
    ) -> TreeEventPage:
        """Read or stream the events of a task and all tasks below it.

        Returns a JSON page. With `Accept: text/event-stream`, a live stream that ends when all tasks have ended (resume with `Last-Event-ID` or `after`). Each event is sent once, and those of one task in order; the order between tasks is not defined. Tasks that are started later join. The logs of up to 50 tasks are read at a time; further tasks join when one of these has ended. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/tasks/{_quote(id)}/tree/events",
            query={"after": after, "cursor": cursor, "limit": limit, "types": types, "outline": outline},
            repeatable=True,
        )

    def iterate_tree_events(
        self,
        id: str,
        *,
        after: str | None = None,
        limit: int | None = None,
        types: str | None = None,
        outline: Literal["0", "1"] | None = None,
    ) -> Iterator[Event]:
        """Read or stream the events of a task and all tasks below it: all pages, one item at a time."""
        return self._pages(f"/api/v1/tasks/{_quote(id)}/tree/events", {"after": after, "limit": limit, "types": types, "outline": outline})

    def get_trace(
        self,
        id: str,
        *,
        content: Literal["none", "messages", "all"] | None = None,
    ) -> Trace:
        """Get the trace of a task.

        Derives the spans from the log: the run, each attempt of a model call and a tool call, and each wait, once it has ended. The same log has the same ids. Streamed: a long log is never held in memory. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/tasks/{_quote(id)}/trace",
            query={"content": content},
            repeatable=True,
        )

    def read_output(
        self,
        id: str,
        sha256: str,
        *,
        offset: int | None = None,
        limit: int | None = None,
    ) -> OutputPage:
        """Read a long tool output.

        A `tool.completed` with `output_sha256` contains only the beginning. This returns the full output, page by page. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/tasks/{_quote(id)}/outputs/{_quote(sha256)}",
            query={"offset": offset, "limit": limit},
            repeatable=True,
        )

    def get_prompt(
        self,
        id: str,
        call_id: str,
        *,
        attempt: int | None = None,
    ) -> Prompt:
        """Get the prompt of a model call.

        Returns what the model saw in this call, rebuilt from the log, with the request's body and whether it is the one that was sent. The log is read from its beginning, so a late call of a long run takes longer. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/tasks/{_quote(id)}/calls/{_quote(call_id)}/prompt",
            query={"attempt": attempt},
            repeatable=True,
        )

    def list_inbox(
        self,
        *,
        for_: Literal["approval", "input", "budget"] | None = None,
        kind: Literal["approval", "question", "form", "address", "budget"] | None = None,
        agent: str | None = None,
        tool: str | None = None,
        task_id: str | None = None,
        root: str | None = None,
        order: Literal["oldest", "expiry"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Inbox:
        """List open questions to people.

        Approvals, questions of models and MCP servers, and reached limits, of all tasks of the tenant. A task that asks several things at once has several entries. Answer with `decideApproval`, `sendMessage` or `changeLimits`. An entry disappears within seconds after it was answered or expired; of two simultaneous answers, the second gets 409. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            "/api/v1/inbox",
            query={"for": for_, "kind": kind, "agent": agent, "tool": tool, "task_id": task_id, "root": root, "order": order, "limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_inbox(
        self,
        *,
        for_: Literal["approval", "input", "budget"] | None = None,
        kind: Literal["approval", "question", "form", "address", "budget"] | None = None,
        agent: str | None = None,
        tool: str | None = None,
        task_id: str | None = None,
        root: str | None = None,
        order: Literal["oldest", "expiry"] | None = None,
        limit: int | None = None,
    ) -> Iterator[InboxEntry]:
        """List open questions to people: all pages, one item at a time."""
        return self._pages("/api/v1/inbox", {"for": for_, "kind": kind, "agent": agent, "tool": tool, "task_id": task_id, "root": root, "order": order, "limit": limit})

    def follow_feed(
        self,
        *,
        after: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> FeedPage:
        """Follow status changes of all tasks.

        Returns a JSON page of changes. With `Accept: text/event-stream`, a live stream (resume with `Last-Event-ID` or `after`). With `Upgrade: websocket`, the messages `hello`, `change` and `caught_up`. Each change is sent once, and those of one task in order. Changes are kept for a day. A task appears with its first status after `pending`. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            "/api/v1/feed",
            query={"after": after, "cursor": cursor, "limit": limit},
            repeatable=True,
        )

    def follow_feed(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
    ) -> Iterator[StatusChange]:
        """Follow status changes of all tasks: all pages, one item at a time."""
        return self._pages("/api/v1/feed", {"after": after, "limit": limit})

    def list_tools(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> ToolList:
        """List tools.

        Lists the deployment's tools, then the tenant's own, each by name. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            "/api/v1/tools",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_tools(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[Tool]:
        """List tools: all pages, one item at a time."""
        return self._pages("/api/v1/tools", {"limit": limit})

    def register_tool(
        self,
        body: RegisterTool,
        *,
        idempotency_key: str | None = None,
    ) -> Tool:
        """Register a tool.

        Needs the scope `tools:write`."""
        return self._call(
            "POST",
            "/api/v1/tools",
            body=body,
            key=idempotency_key or "",
        )

    def get_tool(
        self,
        name: str,
    ) -> Tool:
        """Get one tool.

        Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/tools/{_quote(name)}",
            repeatable=True,
        )

    def replace_tool(
        self,
        name: str,
        body: ReplaceTool,
        *,
        if_match: str | None = None,
    ) -> Tool:
        """Replace a tool.

        Needs the scope `tools:write`."""
        return self._call(
            "PUT",
            f"/api/v1/tools/{_quote(name)}",
            body=body,
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def enable_tool(
        self,
        name: str,
        body: EnableTool,
        *,
        if_match: str | None = None,
    ) -> Tool:
        """Enable or disable a tool.

        A disabled tool is kept, but not offered to new tasks. Creates a new version. Needs the scope `tools:write`."""
        return self._call(
            "PATCH",
            f"/api/v1/tools/{_quote(name)}",
            body=body,
            headers={"If-Match": if_match},
        )

    def delete_tool(
        self,
        name: str,
        *,
        if_match: str | None = None,
    ) -> None:
        """Delete a tool.

        Tasks that were submitted with it keep it. Needs the scope `tools:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/tools/{_quote(name)}",
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def list_mcp_servers(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> McpServerList:
        """List MCP servers.

        Lists the deployment's servers, then the tenant's own, each by name, with its latest health. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            "/api/v1/mcp/servers",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_mcp_servers(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[McpServer]:
        """List MCP servers: all pages, one item at a time."""
        return self._pages("/api/v1/mcp/servers", {"limit": limit})

    def create_mcp_server(
        self,
        body: CreateMcpServer,
        *,
        idempotency_key: str | None = None,
    ) -> McpServer:
        """Register an MCP server.

        Does not contact the server yet. Needs the scope `tools:write`."""
        return self._call(
            "POST",
            "/api/v1/mcp/servers",
            body=body,
            key=idempotency_key or "",
        )

    def get_mcp_server(
        self,
        name: str,
    ) -> McpServer:
        """Get one MCP server.

        Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/mcp/servers/{_quote(name)}",
            repeatable=True,
        )

    def replace_mcp_server(
        self,
        name: str,
        body: ReplaceMcpServer,
        *,
        if_match: str | None = None,
    ) -> McpServer:
        """Replace an MCP server.

        Needs the scope `tools:write`."""
        return self._call(
            "PUT",
            f"/api/v1/mcp/servers/{_quote(name)}",
            body=body,
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def enable_mcp_server(
        self,
        name: str,
        body: EnableMcpServer,
        *,
        if_match: str | None = None,
    ) -> McpServer:
        """Enable or disable an MCP server.

        A disabled server is kept, but not used by new tasks. Creates a new version. Needs the scope `tools:write`."""
        return self._call(
            "PATCH",
            f"/api/v1/mcp/servers/{_quote(name)}",
            body=body,
            headers={"If-Match": if_match},
        )

    def delete_mcp_server(
        self,
        name: str,
        *,
        if_match: str | None = None,
    ) -> None:
        """Delete an MCP server.

        Also deletes its tool list and tokens. Tasks that were submitted with it keep its URL. Needs the scope `tools:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/mcp/servers/{_quote(name)}",
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def refresh_mcp_server(
        self,
        name: str,
    ) -> McpServer:
        """Refresh the tool list of an MCP server.

        Queries the server now and returns its health. If the server fails, this request still succeeds, and the previous tool list is kept. Needs the scope `tools:write`."""
        return self._call(
            "POST",
            f"/api/v1/mcp/servers/{_quote(name)}/refresh",
        )

    def list_mcp_tools(
        self,
        name: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> McpToolPage:
        """List the tools of an MCP server.

        Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/mcp/servers/{_quote(name)}/tools",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_mcp_tools(
        self,
        name: str,
        *,
        limit: int | None = None,
    ) -> Iterator[McpTool]:
        """List the tools of an MCP server: all pages, one item at a time."""
        return self._pages(f"/api/v1/mcp/servers/{_quote(name)}/tools", {"limit": limit})

    def authorize_mcp_server(
        self,
        name: str,
    ) -> McpAuthorization:
        """Authorize an MCP server (OAuth).

        If consent is needed, the user opens `authorization_url` in a browser within ten minutes. Needs the scope `tools:write`."""
        return self._call(
            "POST",
            f"/api/v1/mcp/servers/{_quote(name)}/authorize",
        )

    def forget_mcp_authorization(
        self,
        name: str,
    ) -> None:
        """Delete the OAuth tokens of an MCP server.

        Needs the scope `tools:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/mcp/servers/{_quote(name)}/authorization",
            repeatable=True,
        )

    def list_webhooks(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> WebhookList:
        """List webhooks, newest first.

        Needs the scope `webhooks:write`."""
        return self._call(
            "GET",
            "/api/v1/webhooks",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_webhooks(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[Webhook]:
        """List webhooks, newest first: all pages, one item at a time."""
        return self._pages("/api/v1/webhooks", {"limit": limit})

    def create_webhook(
        self,
        body: CreateWebhook,
    ) -> NewWebhook:
        """Create a webhook.

        Notifies a URL about tasks that are submitted from now on. Messages follow Standard Webhooks 1.0.0 and are delivered at least once, in no particular order. Needs the scope `webhooks:write`."""
        return self._call(
            "POST",
            "/api/v1/webhooks",
            body=body,
        )

    def get_webhook(
        self,
        id: str,
    ) -> Webhook:
        """Get one webhook.

        Needs the scope `webhooks:write`."""
        return self._call(
            "GET",
            f"/api/v1/webhooks/{_quote(id)}",
            repeatable=True,
        )

    def change_webhook(
        self,
        id: str,
        body: ChangeWebhook,
        *,
        if_match: str | None = None,
    ) -> Webhook:
        """Change a webhook.

        Needs the scope `webhooks:write`."""
        return self._call(
            "PATCH",
            f"/api/v1/webhooks/{_quote(id)}",
            body=body,
            headers={"If-Match": if_match},
        )

    def delete_webhook(
        self,
        id: str,
        *,
        if_match: str | None = None,
    ) -> None:
        """Delete a webhook and its delivery log.

        Needs the scope `webhooks:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/webhooks/{_quote(id)}",
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def get_webhook_secret(
        self,
        id: str,
    ) -> SigningSecret:
        """Get a webhook's signing secret.

        With the id `callbacks`: the secret that signs messages to `callback_url`s. Needs the scope `webhooks:write`."""
        return self._call(
            "GET",
            f"/api/v1/webhooks/{_quote(id)}/secret",
            repeatable=True,
        )

    def rotate_webhook_secret(
        self,
        id: str,
    ) -> SigningSecret:
        """Replace a webhook's secret.

        For one day, the previous secret also signs. With the id `callbacks`: the secret of `callback_url`s. Needs the scope `webhooks:write`."""
        return self._call(
            "POST",
            f"/api/v1/webhooks/{_quote(id)}/secret/rotate",
        )

    def test_webhook(
        self,
        id: str,
    ) -> WebhookDelivery:
        """Send a test message.

        Needs the scope `webhooks:write`."""
        return self._call(
            "POST",
            f"/api/v1/webhooks/{_quote(id)}/test",
        )

    def list_deliveries(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> WebhookDeliveryList:
        """List a webhook's deliveries, newest first.

        With the id `callbacks`: deliveries to the tenant's `callback_url`s. Needs the scope `webhooks:write`."""
        return self._call(
            "GET",
            f"/api/v1/webhooks/{_quote(id)}/deliveries",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_deliveries(
        self,
        id: str,
        *,
        limit: int | None = None,
    ) -> Iterator[WebhookDelivery]:
        """List a webhook's deliveries, newest first: all pages, one item at a time."""
        return self._pages(f"/api/v1/webhooks/{_quote(id)}/deliveries", {"limit": limit})

    def redeliver(
        self,
        id: str,
        delivery_id: str,
    ) -> WebhookDelivery:
        """Redeliver a message.

        Sends it again with the same `webhook-id` and a full set of attempts. Needs the scope `webhooks:write`."""
        return self._call(
            "POST",
            f"/api/v1/webhooks/{_quote(id)}/deliveries/{_quote(delivery_id)}/redeliver",
        )

    def list_hooks(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> HookList:
        """List hooks, newest first.

        Needs the scope `webhooks:write`."""
        return self._call(
            "GET",
            "/api/v1/hooks",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_hooks(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[Hook]:
        """List hooks, newest first: all pages, one item at a time."""
        return self._pages("/api/v1/hooks", {"limit": limit})

    def create_hook(
        self,
        body: CreateHook,
    ) -> NewHook:
        """Create a hook.

        Needs the scope `webhooks:write`."""
        return self._call(
            "POST",
            "/api/v1/hooks",
            body=body,
        )

    def get_hook(
        self,
        id: str,
    ) -> Hook:
        """Get one hook.

        Needs the scope `webhooks:write`."""
        return self._call(
            "GET",
            f"/api/v1/hooks/{_quote(id)}",
            repeatable=True,
        )

    def change_hook(
        self,
        id: str,
        body: ChangeHook,
        *,
        if_match: str | None = None,
    ) -> Hook:
        """Change a hook.

        Needs the scope `webhooks:write`."""
        return self._call(
            "PATCH",
            f"/api/v1/hooks/{_quote(id)}",
            body=body,
            headers={"If-Match": if_match},
        )

    def delete_hook(
        self,
        id: str,
        *,
        if_match: str | None = None,
    ) -> None:
        """Delete a hook.

        Needs the scope `webhooks:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/hooks/{_quote(id)}",
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def get_hook_secret(
        self,
        id: str,
    ) -> SigningSecret:
        """Get a hook's signing secret.

        Needs the scope `webhooks:write`."""
        return self._call(
            "GET",
            f"/api/v1/hooks/{_quote(id)}/secret",
            repeatable=True,
        )

    def rotate_hook_secret(
        self,
        id: str,
    ) -> SigningSecret:
        """Replace a hook's secret.

        For one day, the previous secret is also accepted. Needs the scope `webhooks:write`."""
        return self._call(
            "POST",
            f"/api/v1/hooks/{_quote(id)}/secret/rotate",
        )

    def list_schedules(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> ScheduleList:
        """List schedules, newest first.

        Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            "/api/v1/schedules",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_schedules(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[Schedule]:
        """List schedules, newest first: all pages, one item at a time."""
        return self._pages("/api/v1/schedules", {"limit": limit})

    def create_schedule(
        self,
        body: WriteSchedule,
        *,
        idempotency_key: str | None = None,
    ) -> Schedule:
        """Create a schedule.

        The task is checked as a submission would be. A schedule belongs to the tenant: it continues if the key that created it is revoked. Needs the scope `schedules:write`."""
        return self._call(
            "POST",
            "/api/v1/schedules",
            body=body,
            key=idempotency_key or "",
        )

    def preview_schedule(
        self,
        body: PreviewSchedule,
    ) -> OccurrenceList:
        """Preview the occurrences of a spec.

        Writes nothing. Exact: jitter, excluded days and changes of the clock are in it. Needs the scope `tasks:read`."""
        return self._call(
            "POST",
            "/api/v1/schedules/preview",
            body=body,
        )

    def get_schedule(
        self,
        id: str,
    ) -> Schedule:
        """Get one schedule.

        Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/schedules/{_quote(id)}",
            repeatable=True,
        )

    def replace_schedule(
        self,
        id: str,
        body: WriteSchedule,
        *,
        if_match: str | None = None,
    ) -> Schedule:
        """Replace a schedule.

        A paused schedule stays paused. Occurrences count from now on: none of the past is made. Needs the scope `schedules:write`."""
        return self._call(
            "PUT",
            f"/api/v1/schedules/{_quote(id)}",
            body=body,
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def delete_schedule(
        self,
        id: str,
        *,
        if_match: str | None = None,
    ) -> None:
        """Delete a schedule.

        The records of its firings are deleted with it; its tasks stay. Needs the scope `schedules:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/schedules/{_quote(id)}",
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def pause_schedule(
        self,
        id: str,
        body: ScheduleNote | None = None,
        *,
        if_match: str | None = None,
    ) -> Schedule:
        """Pause a schedule.

        Running tasks continue; firings that wait for their turn are missed. Needs the scope `schedules:write`."""
        return self._call(
            "POST",
            f"/api/v1/schedules/{_quote(id)}/pause",
            body=body,
            headers={"If-Match": if_match},
        )

    def resume_schedule(
        self,
        id: str,
        body: ScheduleNote | None = None,
        *,
        if_match: str | None = None,
    ) -> Schedule:
        """Resume a paused schedule.

        Occurrences of the pause are not made. Needs the scope `schedules:write`."""
        return self._call(
            "POST",
            f"/api/v1/schedules/{_quote(id)}/resume",
            body=body,
            headers={"If-Match": if_match},
        )

    def trigger_schedule(
        self,
        id: str,
        body: TriggerSchedule | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Firing:
        """Fire a schedule now.

        A paused schedule fires too. Needs the scope `schedules:write`."""
        return self._call(
            "POST",
            f"/api/v1/schedules/{_quote(id)}/trigger",
            body=body,
            key=idempotency_key or "",
        )

    def backfill_schedule(
        self,
        id: str,
        body: BackfillSchedule,
        *,
        idempotency_key: str | None = None,
    ) -> Backfill:
        """Make past occurrences.

        Makes the occurrences of a span that have no task, at most 1,000. Repeating it makes nothing new. Needs the scope `schedules:write`."""
        return self._call(
            "POST",
            f"/api/v1/schedules/{_quote(id)}/backfill",
            body=body,
            key=idempotency_key or "",
        )

    def list_firings(
        self,
        id: str,
        *,
        status: Literal["due", "queued", "started", "skipped_overlap", "missed", "refused", "excluded"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> FiringList:
        """List firings, newest occurrence first.

        Every occurrence has a record, made or not. Records are kept for 90 days, 1,000 of a schedule. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/schedules/{_quote(id)}/fires",
            query={"status": status, "limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_firings(
        self,
        id: str,
        *,
        status: Literal["due", "queued", "started", "skipped_overlap", "missed", "refused", "excluded"] | None = None,
        limit: int | None = None,
    ) -> Iterator[Firing]:
        """List firings, newest occurrence first: all pages, one item at a time."""
        return self._pages(f"/api/v1/schedules/{_quote(id)}/fires", {"status": status, "limit": limit})

    def list_occurrences(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> OccurrenceList:
        """List the next occurrences.

        As if it were active, for a paused schedule. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/schedules/{_quote(id)}/next",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_occurrences(
        self,
        id: str,
        *,
        limit: int | None = None,
    ) -> Iterator[Occurrence]:
        """List the next occurrences: all pages, one item at a time."""
        return self._pages(f"/api/v1/schedules/{_quote(id)}/next", {"limit": limit})

    def list_attachments(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AttachmentList:
        """List uploaded files.

        In the order of their hashes. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            "/api/v1/attachments",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_attachments(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[Attachment]:
        """List uploaded files: all pages, one item at a time."""
        return self._pages("/api/v1/attachments", {"limit": limit})

    def upload_attachment(
        self,
        body: bytes,
        *,
        media_type: str = "text/plain",
    ) -> Attachment:
        """Upload a file for tasks.

        The body is the file, and `Content-Type` its media type: `application/pdf` (at most 5000000 bytes), or `text/…` in UTF-8 (at most 500000 bytes). Its SHA-256 is its id, so the same file is stored once and a repeated upload changes nothing. A file that no task uses is deleted after a day, and a used one with the last task that uses it. Needs the scope `tasks:write`."""
        return self._call(
            "POST",
            "/api/v1/attachments",
            body=body,
            headers={"Content-Type": media_type},
        )

    def get_attachment(
        self,
        sha256: str,
    ) -> Attachment:
        """Get what is known of a file.

        Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/attachments/{_quote(sha256)}",
            repeatable=True,
        )

    def delete_attachment(
        self,
        sha256: str,
    ) -> None:
        """Delete a file that no task uses.

        Needs the scope `tasks:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/attachments/{_quote(sha256)}",
            repeatable=True,
        )

    def list_conversations(
        self,
        *,
        subject: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> ConversationList:
        """List conversations, those with the newest turns first.

        Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            "/api/v1/conversations",
            query={"subject": subject, "limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_conversations(
        self,
        *,
        subject: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Conversation]:
        """List conversations, those with the newest turns first: all pages, one item at a time."""
        return self._pages("/api/v1/conversations", {"subject": subject, "limit": limit})

    def get_conversation(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> ConversationTurns:
        """Get a conversation and its turns.

        `limit` and `cursor` are of the turns, oldest first. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/conversations/{_quote(id)}",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_conversation(
        self,
        id: str,
        *,
        limit: int | None = None,
    ) -> Iterator[ConversationTurn]:
        """Get a conversation and its turns: all pages, one item at a time."""
        return self._pages(f"/api/v1/conversations/{_quote(id)}", {"limit": limit})

    def delete_conversation(
        self,
        id: str,
    ) -> None:
        """Delete a conversation with all of its turns.

        Deletes each turn as `DELETE /api/v1/tasks/{id}` does; other conversations keep what they have copied from it. All turns must have ended. A request deletes at most 200 turns; repeat it if it is answered with 503. Needs the scope `tasks:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/conversations/{_quote(id)}",
            repeatable=True,
        )

    def list_messages(
        self,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> ConversationMessages:
        """List what was said in a conversation.

        The goals and answers of its turns. The event log of each turn has everything else: tool calls, and messages that were sent while it ran. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/conversations/{_quote(id)}/messages",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_messages(
        self,
        id: str,
        *,
        limit: int | None = None,
    ) -> Iterator[ConversationMessage]:
        """List what was said in a conversation: all pages, one item at a time."""
        return self._pages(f"/api/v1/conversations/{_quote(id)}/messages", {"limit": limit})

    def list_memory_stores(
        self,
        *,
        agent: str | None = None,
        subject: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> MemoryStoreList:
        """List memory stores by name.

        Needs the scope `memory:read`."""
        return self._call(
            "GET",
            "/api/v1/memory",
            query={"agent": agent, "subject": subject, "limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_memory_stores(
        self,
        *,
        agent: str | None = None,
        subject: str | None = None,
        limit: int | None = None,
    ) -> Iterator[MemoryStore]:
        """List memory stores by name: all pages, one item at a time."""
        return self._pages("/api/v1/memory", {"agent": agent, "subject": subject, "limit": limit})

    def get_memory_store(
        self,
        store: str,
    ) -> MemoryStore:
        """Get one memory store.

        A store exists once something was written to it. Needs the scope `memory:read`."""
        return self._call(
            "GET",
            f"/api/v1/memory/{_quote(store)}",
            repeatable=True,
        )

    def delete_memory_store(
        self,
        store: str,
    ) -> None:
        """Delete a memory store.

        Deletes its blocks and items with all versions, at once. What runs have recalled stays in their logs. Needs the scope `memory:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/memory/{_quote(store)}",
            repeatable=True,
        )

    def list_memory_blocks(
        self,
        store: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> MemoryBlockList:
        """List the blocks of a memory store by label.

        Needs the scope `memory:read`."""
        return self._call(
            "GET",
            f"/api/v1/memory/{_quote(store)}/blocks",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_memory_blocks(
        self,
        store: str,
        *,
        limit: int | None = None,
    ) -> Iterator[MemoryBlock]:
        """List the blocks of a memory store by label: all pages, one item at a time."""
        return self._pages(f"/api/v1/memory/{_quote(store)}/blocks", {"limit": limit})

    def get_memory_block(
        self,
        store: str,
        label: str,
    ) -> MemoryBlock:
        """Get one memory block.

        Needs the scope `memory:read`."""
        return self._call(
            "GET",
            f"/api/v1/memory/{_quote(store)}/blocks/{_quote(label)}",
            repeatable=True,
        )

    def put_memory_block(
        self,
        store: str,
        label: str,
        body: WriteMemoryBlock,
        *,
        if_match: str | None = None,
    ) -> MemoryBlock:
        """Create or replace a memory block.

        Runs that have recalled the store already keep what they recalled. Needs the scope `memory:write`."""
        return self._call(
            "PUT",
            f"/api/v1/memory/{_quote(store)}/blocks/{_quote(label)}",
            body=body,
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def delete_memory_block(
        self,
        store: str,
        label: str,
        *,
        if_match: str | None = None,
    ) -> None:
        """Delete a memory block.

        Its versions stay for 30 days, so it can be restored. Needs the scope `memory:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/memory/{_quote(store)}/blocks/{_quote(label)}",
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def list_memory_block_versions(
        self,
        store: str,
        label: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> MemoryVersionList:
        """List the versions of a memory block, newest first.

        Needs the scope `memory:read`."""
        return self._call(
            "GET",
            f"/api/v1/memory/{_quote(store)}/blocks/{_quote(label)}/versions",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_memory_block_versions(
        self,
        store: str,
        label: str,
        *,
        limit: int | None = None,
    ) -> Iterator[MemoryVersion]:
        """List the versions of a memory block, newest first: all pages, one item at a time."""
        return self._pages(f"/api/v1/memory/{_quote(store)}/blocks/{_quote(label)}/versions", {"limit": limit})

    def restore_memory_block(
        self,
        store: str,
        label: str,
        body: RestoreMemory,
    ) -> MemoryBlock:
        """Restore a version of a memory block.

        Also of a block that was deleted less than 30 days ago. Needs the scope `memory:write`."""
        return self._call(
            "POST",
            f"/api/v1/memory/{_quote(store)}/blocks/{_quote(label)}/restore",
            body=body,
        )

    def list_memory_items(
        self,
        store: str,
        *,
        query: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> MemoryItemList:
        """Search the items of a memory store, or list them.

        Needs the scope `memory:read`."""
        return self._call(
            "GET",
            f"/api/v1/memory/{_quote(store)}/items",
            query={"query": query, "limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_memory_items(
        self,
        store: str,
        *,
        query: str | None = None,
        limit: int | None = None,
    ) -> Iterator[MemoryItem]:
        """Search the items of a memory store, or list them: all pages, one item at a time."""
        return self._pages(f"/api/v1/memory/{_quote(store)}/items", {"query": query, "limit": limit})

    def save_memory_item(
        self,
        store: str,
        body: WriteMemoryItem,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> MemoryItem:
        """Save an item in a memory store.

        Creates the store if it does not exist; with `If-Match: *` it must exist. A key that another item has is refused: replace that item. Needs the scope `memory:write`."""
        return self._call(
            "POST",
            f"/api/v1/memory/{_quote(store)}/items",
            body=body,
            headers={"If-Match": if_match},
            key=idempotency_key or "",
        )

    def get_memory_item(
        self,
        store: str,
        id: str,
    ) -> MemoryItem:
        """Get one item of a memory store.

        Needs the scope `memory:read`."""
        return self._call(
            "GET",
            f"/api/v1/memory/{_quote(store)}/items/{_quote(id)}",
            repeatable=True,
        )

    def replace_memory_item(
        self,
        store: str,
        id: str,
        body: WriteMemoryItem,
        *,
        if_match: str | None = None,
    ) -> MemoryItem:
        """Replace an item of a memory store.

        Its lifetime counts from now. Needs the scope `memory:write`."""
        return self._call(
            "PUT",
            f"/api/v1/memory/{_quote(store)}/items/{_quote(id)}",
            body=body,
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def delete_memory_item(
        self,
        store: str,
        id: str,
        *,
        if_match: str | None = None,
    ) -> None:
        """Delete an item of a memory store.

        No search finds it any more. Its versions stay for 30 days, so it can be restored; deleting the store deletes them at once. Needs the scope `memory:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/memory/{_quote(store)}/items/{_quote(id)}",
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def list_memory_item_versions(
        self,
        store: str,
        id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> MemoryVersionList:
        """List the versions of a memory item, newest first.

        At most 50 are kept. Needs the scope `memory:read`."""
        return self._call(
            "GET",
            f"/api/v1/memory/{_quote(store)}/items/{_quote(id)}/versions",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_memory_item_versions(
        self,
        store: str,
        id: str,
        *,
        limit: int | None = None,
    ) -> Iterator[MemoryVersion]:
        """List the versions of a memory item, newest first: all pages, one item at a time."""
        return self._pages(f"/api/v1/memory/{_quote(store)}/items/{_quote(id)}/versions", {"limit": limit})

    def restore_memory_item(
        self,
        store: str,
        id: str,
        body: RestoreMemory,
    ) -> MemoryItem:
        """Restore a version of a memory item.

        Also of an item that was deleted less than 30 days ago. Needs the scope `memory:write`."""
        return self._call(
            "POST",
            f"/api/v1/memory/{_quote(store)}/items/{_quote(id)}/restore",
            body=body,
        )

    def export_subject(
        self,
        subject: str,
    ) -> None:
        """Export what is stored about a subject.

        Newline-delimited JSON: a record on each line, whose `kind` says what it is. `store`, `block`, `item` and `version`: the memory stores about the subject with all that they contain. `task`, `conversation` and `schedule`: ids and states; the logs of tasks are read from their own addresses. The last record is `end` with the number of records before it; an export without it is incomplete. Needs the scope `tasks:read` too. Needs the scope `memory:read`."""
        return self._call(
            "GET",
            f"/api/v1/subjects/{_quote(subject)}/export",
            repeatable=True,
        )

    def delete_subject(
        self,
        subject: str,
        *,
        tasks: Literal["delete", "keep"] | None = None,
    ) -> SubjectDeletion:
        """Delete what is stored about a subject.

        Starts a job that deletes what the export lists: schedules, memory stores, and the tasks with their logs, outputs, conversations, deliveries and stored responses. Tasks that have not ended are cancelled first. The job survives crashes; a repeated request returns it. What is stored about the subject while it runs is deleted too. Memory stores of the tenant and of agents stay. Needs the scopes `tasks:write` and `schedules:write` too. Needs the scope `memory:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/subjects/{_quote(subject)}",
            query={"tasks": tasks},
            repeatable=True,
        )

    def get_subject_deletion(
        self,
        subject: str,
    ) -> SubjectDeletion:
        """Get the deletion of a subject.

        The last one, and what it has deleted. It is kept as long as the audit log keeps its entries. Needs the scope `memory:read`."""
        return self._call(
            "GET",
            f"/api/v1/subjects/{_quote(subject)}/deletion",
            repeatable=True,
        )

    def list_agents(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AgentList:
        """List agents, newest first.

        Agents that the deployment defines in code come last, with the service's own `default` unless the tenant has its own. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            "/api/v1/agents",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_agents(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[Agent]:
        """List agents, newest first: all pages, one item at a time."""
        return self._pages("/api/v1/agents", {"limit": limit})

    def create_agent(
        self,
        body: CreateAgent,
        *,
        idempotency_key: str | None = None,
    ) -> Agent:
        """Create an agent.

        Everything its config refers to must exist. Tasks select it with `agent`. Needs the scope `agents:write`."""
        return self._call(
            "POST",
            "/api/v1/agents",
            body=body,
            key=idempotency_key or "",
        )

    def get_agent(
        self,
        name: str,
    ) -> Agent:
        """Get the latest version of an agent.

        Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/agents/{_quote(name)}",
            repeatable=True,
        )

    def replace_agent(
        self,
        name: str,
        body: ReplaceAgent,
        *,
        if_match: str | None = None,
    ) -> Agent:
        """Create a new version of an agent.

        For `default`, the first version replaces the service's own. Needs the scope `agents:write`."""
        return self._call(
            "PUT",
            f"/api/v1/agents/{_quote(name)}",
            body=body,
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def delete_agent(
        self,
        name: str,
        *,
        if_match: str | None = None,
    ) -> None:
        """Delete an agent.

        Tasks that were submitted with it keep it, and its versions stay readable. If it is created again, its version numbers continue. Needs the scope `agents:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/agents/{_quote(name)}",
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def list_agent_versions(
        self,
        name: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AgentVersionList:
        """List the versions of an agent, newest first.

        Includes the versions of a deleted agent, because tasks refer to them. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            f"/api/v1/agents/{_quote(name)}/versions",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_agent_versions(
        self,
        name: str,
        *,
        limit: int | None = None,
    ) -> Iterator[AgentVersion]:
        """List the versions of an agent, newest first: all pages, one item at a time."""
        return self._pages(f"/api/v1/agents/{_quote(name)}/versions", {"limit": limit})

    def get_usage(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        group_by: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> UsageReport:
        """Get usage and cost.

        Sums over the tenant's tasks between two days (UTC, both inclusive), grouped by `group_by`: a comma-separated list of `day`, `agent`, `model`. A live task is included up to its last pause. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            "/api/v1/usage",
            query={"from": from_, "to": to, "group_by": group_by, "limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_usage(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        group_by: str | None = None,
        limit: int | None = None,
    ) -> Iterator[UsageSum]:
        """Get usage and cost: all pages, one item at a time."""
        return self._pages("/api/v1/usage", {"from": from_, "to": to, "group_by": group_by, "limit": limit})

    def list_budgets(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> BudgetList:
        """List budgets.

        Needs the scope `limits:write`."""
        return self._call(
            "GET",
            "/api/v1/budgets",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_budgets(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[Budget]:
        """List budgets: all pages, one item at a time."""
        return self._pages("/api/v1/budgets", {"limit": limit})

    def get_budget(
        self,
        scope: str,
        period: str,
    ) -> Budget:
        """Get one budget.

        Needs the scope `limits:write`."""
        return self._call(
            "GET",
            f"/api/v1/budgets/{_quote(scope)}/{_quote(period)}",
            repeatable=True,
        )

    def set_budget(
        self,
        scope: str,
        period: str,
        body: SetBudget,
        *,
        if_match: str | None = None,
    ) -> Budget:
        """Set a budget.

        Applies to the whole tenant or to one agent, per day or month (UTC). The maximum cost of a model call is reserved before the call is sent, so a budget can be exceeded only by what a provider counts beyond that, once. When it is used up, tasks wait for `budget` and resume when it is raised or a new period starts. Needs the scope `limits:write`."""
        return self._call(
            "PUT",
            f"/api/v1/budgets/{_quote(scope)}/{_quote(period)}",
            body=body,
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def delete_budget(
        self,
        scope: str,
        period: str,
        *,
        if_match: str | None = None,
    ) -> None:
        """Remove a budget.

        Tasks that wait for it resume. Needs the scope `limits:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/budgets/{_quote(scope)}/{_quote(period)}",
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def list_concurrency_caps(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> ConcurrencyList:
        """List concurrency limits and their use.

        Needs the scope `limits:write`."""
        return self._call(
            "GET",
            "/api/v1/concurrency",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_concurrency_caps(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[ConcurrencyCap]:
        """List concurrency limits and their use: all pages, one item at a time."""
        return self._pages("/api/v1/concurrency", {"limit": limit})

    def get_concurrency_cap(
        self,
        scope: str,
    ) -> ConcurrencyCap:
        """Get one concurrency limit.

        Needs the scope `limits:write`."""
        return self._call(
            "GET",
            f"/api/v1/concurrency/{_quote(scope)}",
            repeatable=True,
        )

    def set_concurrency_cap(
        self,
        scope: str,
        body: SetConcurrencyCap,
        *,
        if_match: str | None = None,
    ) -> ConcurrencyCap:
        """Set a concurrency limit.

        Limits how many tasks of the whole tenant or of one agent work at once. A task above the limit waits for `concurrency`, ordered by priority, then in turn among agents, then by age, and resumes when another task pauses or ends. Tasks that wait for something else do not count. With 0, no task starts. A lower limit stops no working task. It applies to tasks submitted after the tenant has set its first limit. Needs the scope `limits:write`."""
        return self._call(
            "PUT",
            f"/api/v1/concurrency/{_quote(scope)}",
            body=body,
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def delete_concurrency_cap(
        self,
        scope: str,
        *,
        if_match: str | None = None,
    ) -> None:
        """Remove a concurrency limit.

        Tasks that wait for it resume. Needs the scope `limits:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/concurrency/{_quote(scope)}",
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def list_keys(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        tenant: str | None = None,
    ) -> KeyList:
        """List keys, newest first.

        Includes revoked keys. Listing another `tenant`'s keys needs the scope `platform`. Needs the scope `keys:write`."""
        return self._call(
            "GET",
            "/api/v1/keys",
            query={"limit": limit, "cursor": cursor, "tenant": tenant},
            repeatable=True,
        )

    def iterate_keys(
        self,
        *,
        limit: int | None = None,
        tenant: str | None = None,
    ) -> Iterator[Key]:
        """List keys, newest first: all pages, one item at a time."""
        return self._pages("/api/v1/keys", {"limit": limit, "tenant": tenant})

    def create_key(
        self,
        body: CreateKey,
    ) -> NewKey:
        """Create a key.

        Only this response contains the key. It can only have scopes that the calling key has. Needs the scope `keys:write`."""
        return self._call(
            "POST",
            "/api/v1/keys",
            body=body,
        )

    def get_own_key(
        self,
    ) -> Key:
        """Get the key of this request.

        Needs no particular scope."""
        return self._call(
            "GET",
            "/api/v1/keys/self",
            repeatable=True,
        )

    def get_key(
        self,
        id: str,
    ) -> Key:
        """Get one key.

        Needs the scope `keys:write`."""
        return self._call(
            "GET",
            f"/api/v1/keys/{_quote(id)}",
            repeatable=True,
        )

    def revoke_key(
        self,
        id: str,
        *,
        pause_schedules: Literal["true", "false"] | None = None,
    ) -> None:
        """Revoke a key.

        Within seconds, its requests are rejected and its event streams are closed. Tasks submitted with it continue, and so do schedules created with it. Needs the scope `keys:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/keys/{_quote(id)}",
            query={"pause_schedules": pause_schedules},
            repeatable=True,
        )

    def rotate_key(
        self,
        id: str,
        body: RotateKey | None = None,
    ) -> NewKey:
        """Rotate a key.

        Replaces the key's secret. The old one expires within seconds, or after `grace_s`. Needs the scope `keys:write`."""
        return self._call(
            "POST",
            f"/api/v1/keys/{_quote(id)}/rotate",
            body=body,
        )

    def list_secrets(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> SecretList:
        """List secrets.

        Lists the tenant's secrets by name, without their values. Needs the scope `secrets:write`."""
        return self._call(
            "GET",
            "/api/v1/secrets",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_secrets(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[Secret]:
        """List secrets: all pages, one item at a time."""
        return self._pages("/api/v1/secrets", {"limit": limit})

    def get_secret(
        self,
        name: str,
    ) -> Secret:
        """Get one secret, without its value.

        Needs the scope `secrets:write`."""
        return self._call(
            "GET",
            f"/api/v1/secrets/{_quote(name)}",
            repeatable=True,
        )

    def set_secret(
        self,
        name: str,
        body: SetSecret,
        *,
        if_match: str | None = None,
    ) -> Secret:
        """Create a secret, or replace its value.

        Calls use the new value within seconds; nothing has to be deployed or submitted again. A request with the stored value and hosts changes nothing. Needs the scope `secrets:write`."""
        return self._call(
            "PUT",
            f"/api/v1/secrets/{_quote(name)}",
            body=body,
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def delete_secret(
        self,
        name: str,
        *,
        if_match: str | None = None,
    ) -> None:
        """Delete a secret.

        Calls that refer to it fail with `secret_missing`. Without `provider.<name>`, model calls use the deployment's key. Needs the scope `secrets:write`."""
        return self._call(
            "DELETE",
            f"/api/v1/secrets/{_quote(name)}",
            headers={"If-Match": if_match},
            repeatable=True,
        )

    def get_telemetry(
        self,
    ) -> Telemetry:
        """Get where traces are sent.

        Needs the scope `admin`."""
        return self._call(
            "GET",
            "/api/v1/telemetry",
            repeatable=True,
        )

    def set_telemetry(
        self,
        body: SetTelemetry,
    ) -> Telemetry:
        """Send traces to an OpenTelemetry receiver.

        Replaces the settings. From then on, the trace of each run is sent when it ends, and every ten minutes of a long run. With `metrics_url`, so are its metrics. A receiver that fails neither delays nor fails a run. Needs the scope `admin`."""
        return self._call(
            "PUT",
            "/api/v1/telemetry",
            body=body,
            repeatable=True,
        )

    def delete_telemetry(
        self,
    ) -> None:
        """Stop sending traces.

        Needs the scope `admin`."""
        return self._call(
            "DELETE",
            "/api/v1/telemetry",
            repeatable=True,
        )

    def export_trace(
        self,
        id: str,
    ) -> TraceExport:
        """Send the trace of a task again.

        Sends all spans that have ended, whatever the sampling says, to the tenant's receiver and to that of the deployment. The spans have the same ids as before. Needs the scope `admin`."""
        return self._call(
            "POST",
            f"/api/v1/tasks/{_quote(id)}/trace/export",
        )

    def list_audit(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AuditList:
        """List audit entries, newest first.

        Records created, rotated and revoked keys; changes of agents, tools and budgets; decided approvals, changed limits and cancelled tasks. `by` is the id of a key. No entry contains a secret. Needs the scope `audit:read`."""
        return self._call(
            "GET",
            "/api/v1/admin/audit",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_audit(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[AuditEntry]:
        """List audit entries, newest first: all pages, one item at a time."""
        return self._pages("/api/v1/admin/audit", {"limit": limit})

    def check_invariants(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Invariants:
        """List invariant violations.

        Checks the runs of one page of unfinished tasks: `limit` and `cursor` count tasks, not violations. An empty list means that there is no violation. Needs the scope `admin`."""
        return self._call(
            "GET",
            "/api/v1/admin/invariants",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def check_invariants(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[Violation]:
        """List invariant violations: all pages, one item at a time."""
        return self._pages("/api/v1/admin/invariants", {"limit": limit})

    def get_admin_health(
        self,
    ) -> AdminHealth:
        """Get the state of the tenant's tasks.

        Counts stored state: it asks no run, and costs the same for any number of ended tasks. Needs the scope `admin`."""
        return self._call(
            "GET",
            "/api/v1/admin/health",
            repeatable=True,
        )

    def get_metrics(
        self,
    ) -> None:
        """Get metrics for Prometheus.

        The counted state of the tenant of the key, in the exposition format 0.0.4. Needs the scope `admin`."""
        return self._call(
            "GET",
            "/metrics",
            repeatable=True,
        )

    def list_providers(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> ProviderList:
        """List model providers that limit calls.

        Lists the providers whose limits are configured or that refused or failed calls in the last day, with the state of their limits and breakers. A provider that takes every call is not listed. Needs the scope `tasks:read`."""
        return self._call(
            "GET",
            "/api/v1/providers",
            query={"limit": limit, "cursor": cursor},
            repeatable=True,
        )

    def iterate_providers(
        self,
        *,
        limit: int | None = None,
    ) -> Iterator[Provider]:
        """List model providers that limit calls: all pages, one item at a time."""
        return self._pages("/api/v1/providers", {"limit": limit})

    def get_health(
        self,
    ) -> Health:
        """Get the health of the service.

        Needs no key."""
        return self._call(
            "GET",
            "/health",
            repeatable=True,
        )
