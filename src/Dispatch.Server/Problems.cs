using System.Text.Json.Serialization;

namespace Dispatch.Server;

/// <summary>One fault of a request: the field, and in both languages what is wrong and what would be right.</summary>
internal sealed record Fault(string Field, string Message, string MessageEn);

/// <summary>
/// An expected refusal, as an RFC 9457 problem: stable type, both languages, every fault at once, and the current state where there is one.
/// Returned as a value, over HTTP and over the hub alike; bugs and outages are exceptions.
/// </summary>
internal sealed record Problem(string Name, int Status, string Title, string TitleEn) : IResult
{
    public string Type => "https://dispatch.invalid/problems/" + Name;

    [JsonIgnore]
    public string Name { get; init; } = Name;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DetailEn { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Fault>? Errors { get; init; }

    /// <summary>The state as it is now, for conflicts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? Current { get; init; }

    /// <summary>For a place outside every region: the nearest one and how far it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? Nearest { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceId { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        if (Status == StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = "2";
        }

        return httpContext.Response.WriteAsJsonAsync(this, Json.Options, "application/problem+json");
    }
}

/// <summary>Every problem the API can answer, in one list.</summary>
internal static class Problems
{
    public static Problem Invalid(params IReadOnlyList<Fault> faults) =>
        new("invalid", StatusCodes.Status422UnprocessableEntity, "请求内容有误", "The request is not valid")
        {
            Detail = string.Join("；", faults.Select(fault => $"{fault.Field}：{fault.Message}")),
            DetailEn = string.Join("; ", faults.Select(fault => $"{fault.Field}: {fault.MessageEn}")),
            Errors = faults,
        };

    public static Problem Unreadable(string field, string message, string messageEn) =>
        new("invalid", StatusCodes.Status400BadRequest, "请求无法解析", "The request cannot be read")
        {
            Detail = $"{field}：{message}",
            DetailEn = $"{field}: {messageEn}",
            Errors = [new(field, message, messageEn)],
        };

    public static Problem NotSupported(int status, string detail, string detailEn) =>
        new("invalid", status, "请求方式不受支持", "This kind of request is not supported") { Detail = detail, DetailEn = detailEn };

    public static Problem Unauthenticated(string detail, string detailEn) =>
        new("unauthenticated", StatusCodes.Status401Unauthorized, "请先登录", "Sign in first") { Detail = detail, DetailEn = detailEn };

    public static Problem Forbidden(string detail, string detailEn) =>
        new("forbidden", StatusCodes.Status403Forbidden, "无权进行此操作", "Not permitted") { Detail = detail, DetailEn = detailEn };

    /// <summary>Also the answer for what exists outside the caller's region: its existence is not disclosed.</summary>
    public static Problem NotFound(string what, string whatEn) =>
        new("notFound", StatusCodes.Status404NotFound, $"{what}不存在，或不在您的辖区内", $"No such {whatEn}, or not in your region");

    public static Problem Conflict(string title, string titleEn, object? current = null) =>
        new("conflict", StatusCodes.Status409Conflict, title, titleEn) { Current = current };

    public static Problem DifferentBody(object current) =>
        new("differentBody", StatusCodes.Status422UnprocessableEntity, "同一编号已用于内容不同的请求", "This id was already used with another body")
        {
            Detail = "重发必须与原请求完全一致；新的警情或命令请使用新的编号",
            DetailEn = "A repeat must equal the first request; a new incident or order needs a new id",
            Current = current,
        };

    public static Problem OutsideEveryRegion(string code, string name, double distanceMetres) =>
        new("outsideEveryRegion", StatusCodes.Status422UnprocessableEntity, "位置不在任何辖区内", "The place lies outside every region")
        {
            Detail = $"最近的辖区是{name}，距离约 {Math.Round(distanceMetres)} 米；请核对坐标及坐标系",
            DetailEn = $"The nearest region is {name}, about {Math.Round(distanceMetres)} m away; check the coordinates and their datum",
            Errors = [new("position", $"距最近的辖区{name}约 {Math.Round(distanceMetres)} 米", $"about {Math.Round(distanceMetres)} m from the nearest region {name}")],
            Nearest = new { code, name, distanceMetres = Math.Round(distanceMetres, 1) },
        };

    public static Problem TooLarge(long limitBytes) =>
        new("tooLarge", StatusCodes.Status413PayloadTooLarge, "内容过大", "Too large")
        {
            Detail = $"上限为 {limitBytes / 1024} KB",
            DetailEn = $"The limit is {limitBytes / 1024} KB",
        };

    public static Problem TooMany() =>
        new("tooMany", StatusCodes.Status429TooManyRequests, "请求过于频繁，请稍候", "Too many requests, wait a moment");

    /// <summary>The outcome is unknown: the same command under the same id is safe to repeat and settles it.</summary>
    public static Problem NotConfirmed() =>
        new("notConfirmed", StatusCodes.Status503ServiceUnavailable, "未确认：系统暂时无法确认结果", "Not confirmed: the outcome is unknown for the moment")
        {
            Detail = "请以同一编号重发；重发不会造成重复",
            DetailEn = "Repeat under the same id; a repeat is harmless",
        };

    /// <summary>What room is left is kept for incidents.</summary>
    public static Problem DiskNearlyFull(long freeBytes, long leastBytes) =>
        new("diskNearlyFull", StatusCodes.Status507InsufficientStorage, "磁盘空间不足，暂不能导入", "The disk is nearly full: no imports for now")
        {
            Detail = $"剩余 {freeBytes / 1_000_000} MB，导入至少需要 {leastBytes / 1_000_000} MB；警情和召集不受影响。请管理员清理磁盘后再导入",
            DetailEn = $"{freeBytes / 1_000_000} MB are left and an import needs {leastBytes / 1_000_000} MB; incidents and call-outs go on. Have the disk cleared, then import again",
        };

    /// <summary>A region keeps what it has set aside for itself, whatever is asked of it.</summary>
    public static Problem ReserveFloor(string detail, string detailEn, object current) =>
        new("reserveFloor", StatusCodes.Status409Conflict, "将低于保底力量，不能借出", "This would break a reserve floor") { Detail = detail, DetailEn = detailEn, Current = current };

    public static Problem Bug(string traceId) =>
        new("internal", StatusCodes.Status500InternalServerError, "系统内部错误", "Internal error")
        {
            Detail = $"请将编号 {traceId} 告知管理员",
            DetailEn = $"Report {traceId} to the administrator",
            TraceId = traceId,
        };
}

/// <summary>The answer of a use case: its value, or the problem that refuses it.</summary>
internal readonly struct Outcome<T>
{
    private Outcome(T? value, Problem? problem) => (Value, Problem) = (value, problem);

    public T? Value { get; }

    public Problem? Problem { get; }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Problem problem) => new(default, problem);

    public IResult ToResult() => Problem ?? (IResult)TypedResults.Json(Value, Json.Options);
}
