using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;

namespace Dispatch.Server.Imports;

/// <summary>The two ends of every import: the file comes in whole, within its limit; the report goes out, as a problem when there are faults.</summary>
internal static class Upload
{
    /// <summary>The body, or null when it is longer than <paramref name="mostBytes"/>; what a caller declares is not believed.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int mostBytes, CancellationToken cancellation)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // counted here
        }

        if (request.ContentLength > mostBytes)
        {
            return null;
        }

        using var file = new MemoryStream((int)(request.ContentLength ?? 64 * 1024));
        var buffer = new byte[64 * 1024];
        while (await request.Body.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            if (file.Length + read > mostBytes)
            {
                return null;
            }

            file.Write(buffer, 0, read);
        }

        return file.ToArray();
    }

    /// <summary>200 with the report; with faults 422, a problem that holds every member of the report as well.</summary>
    public static IResult Answer<TReport>(TReport report, IReadOnlyCollection<Fault> faults)
    {
        if (faults.Count == 0)
        {
            return TypedResults.Json(report, Json.Options);
        }

        var problem = JsonSerializer.SerializeToNode(Problems.Invalid([.. faults.Take(20)]) with { Errors = [.. faults] }, Json.Options)!.AsObject();
        foreach (var (name, value) in JsonSerializer.SerializeToNode(report, Json.Options)!.AsObject())
        {
            problem[name] = value?.DeepClone();
        }

        return TypedResults.Json<JsonNode>(problem, Json.Options, "application/problem+json", StatusCodes.Status422UnprocessableEntity);
    }
}
