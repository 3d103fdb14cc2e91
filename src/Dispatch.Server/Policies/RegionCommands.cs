using Dispatch.Server.Access;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Policies;

/// <summary>What every order to a region has: an id of the caller's, and a reason that stays on record.</summary>
internal static class RegionCommands
{
    public static List<Fault> Check(Guid? commandId, string? reason)
    {
        var faults = new List<Fault>();
        if (commandId is null || commandId == Guid.Empty)
        {
            faults.Add(new("commandId", "缺少由客户端生成的命令编号（UUID）", "a UUID made by the client is needed, so that a repeat is harmless"));
        }

        Text.Check(faults, "reason", reason, 200);
        return faults;
    }
}

/// <summary>The words of the modes.</summary>
internal static class Modes
{
    public const string OneOf = "应为 peacetime（平时）、urgent（急时）、disaster（灾时）或 wartime（战时）";
    public const string OneOfEn = "must be peacetime, urgent, disaster or wartime";

    public static bool Read(string? word, out Mode mode)
    {
        mode = Mode.Peacetime;
        return word is "peacetime" or "urgent" or "disaster" or "wartime" && Enum.TryParse(word, ignoreCase: true, out mode);
    }
}

/// <summary>A region that the caller commands: his own or one below.</summary>
internal static class CommandedRegion
{
    /// <summary>Its path; null when it is not there or not his. A missing code is a fault.</summary>
    public static async Task<string?> FindAsync(DispatchDb db, string? code, Caller caller, List<Fault> faults, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(code) || code.Contains('\0'))
        {
            faults.Add(new("region", "缺少辖区代码", "the code of a region is needed"));
            return null;
        }

        var path = await db.Regions.Where(region => region.Code == code).Select(region => region.Path).SingleOrDefaultAsync(cancellation);
        return path is not null && caller.Commands(path) ? path : null;
    }
}
