using System.Text.Json;
using Dispatch.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Server.Incidents;

/// <summary>What an operator chooses from when he raises: the categories with their plans, and the qualification taxonomy.</summary>
internal static class ReferenceRoutes
{
    internal sealed record CategoryView(
        string Key, string Class, string Name, string NameEn, bool Hazardous, bool LifeCritical, short FirstRing, int AnswerWithinSeconds, int RadiusMetres,
        string RiskHint, JsonElement DefaultNeeds);

    internal sealed record QualificationView(string Key, string? Parent, string Name, string NameEn);

    public static void MapReferenceData(this IEndpointRouteBuilder routes)
    {
        var reference = routes.MapGroup("/api").RequireAuthorization().WithTags("Reference data");
        reference.MapGet("/categories", Categories).Produces<IReadOnlyList<CategoryView>>();
        reference.MapGet("/qualifications", Qualifications).Produces<IReadOnlyList<QualificationView>>();
    }

    private static async Task<IResult> Categories(IDbContextFactory<DispatchDb> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var categories = await db.Categories.AsNoTracking().OrderBy(category => category.Sort).ToListAsync(cancellation);
        return TypedResults.Json(categories.ConvertAll(category => new CategoryView(
            category.Key, category.Class, category.Name, category.NameEn, category.Hazardous, category.LifeCritical, category.FirstRing,
            (int)category.AnswerWithin.TotalSeconds, category.RadiusMetres, category.RiskHint, JsonSerializer.Deserialize<JsonElement>(category.DefaultNeeds))), Json.Options);
    }

    private static async Task<IResult> Qualifications(IDbContextFactory<DispatchDb> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var all = await db.Qualifications.AsNoTracking().OrderBy(qualification => qualification.Sort).ToListAsync(cancellation);
        var keys = all.ToDictionary(qualification => qualification.Id, qualification => qualification.Key);
        return TypedResults.Json(all.ConvertAll(qualification => new QualificationView(
            qualification.Key, qualification.ParentId is { } parent ? keys[parent] : null, qualification.Name, qualification.NameEn)), Json.Options);
    }
}
